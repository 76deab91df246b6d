using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Hub;
using DpoSt.Hub.Upload;
using DpoSt.SelfTraining;

namespace DpoSt.App.Commands.Transfer;

/// <summary><c>dpost upload</c>: a model or an adapter to a hub.</summary>
internal static class UploadCommand
{
    public static Command Create(CommandConsole console)
    {
        var folder = CommandOption.PathArgument("DIR", "The folder of a model or an adapter.");
        var repo = new Argument<string>("REPO") { Description = "ORGANISATION/NAME, where the first may be your account's name." };
        var isPublic = CommandOption.Of<bool>("--public", "Everybody may see a repository that is created; without it, nobody else.");
        var command = new Command("upload", CommandHelp.Of(
            "Upload a model or an adapter to Hugging Face, with a card that says what the folder and its run tell: base, data, recipe, "
            + "figures. The folder's own README.md goes instead, where it has one. Run it again after a break: what is there is not sent "
            + "again, and at the end every file is compared. HF_TOKEN and HF_ENDPOINT mean what they mean in Hugging Face's tools.",
            "dpost upload ft_models/lora/sft-1 me/sft-1")) { folder, repo, isPublic };
        command.SetAction(parsed =>
        {
            var (place, name) = (parsed.GetValue(folder)!, parsed.GetValue(repo)!);
            var options = HubOptions.FromEnvironment(Environment.GetEnvironmentVariable);
            var page = StageProgress.Watch(console, reporter =>
            {
                var watcher = new UploadWatcher(
                    (what, bytes) => reporter.Begin("upload", $"{what}, {Sizes.Of(bytes)}", bytes / Sizes.Megabyte, "MB"),
                    bytes => reporter.Advance(bytes / Sizes.Megabyte),
                    notice => reporter.Note($"  {notice}"));
                var page = HubUpload.Run(
                    place, name, () => ModelCard.Of(place, name), parsed.GetValue(isPublic), options, watcher, console.Cancel)
                    .GetAwaiter().GetResult();
                reporter.End("every file is there as it is here");
                return page;
            });
            console.Out.WriteLine(page);
        });
        return command;
    }
}
