using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Hub;

namespace DpoSt.App.Commands.Transfer;

/// <summary><c>dpost download</c>: a model from a hub, and only the files dpost reads.</summary>
internal static class DownloadCommand
{
    private const string Help = """
        Download a model from Hugging Face: configuration, tokenizer and safetensors; or a data set: its files of rows. Stop it at any
        moment and run it again: it goes on where it stopped. Files are in the cache that Hugging Face's own tools use; the folder is
        printed. HF_ENDPOINT, HF_TOKEN,
        HF_HOME and HF_HUB_CACHE mean what they mean there.

        Example:
          dpost download google/flan-t5-base --local-dir hf_models/flan-t5-base
          dpost download openai/gsm8k --dataset
        """;

    public static Command Create(CommandConsole console)
    {
        var repo = new Argument<string>("REPO") { Description = "ORGANISATION/NAME." };
        var revision = CommandOption.Of<string>("--revision", "A branch, a tag or a commit.").Or("main");
        var folder = CommandOption.Of<string?>("--local-dir", "Put copies of the files there as well.", "DIR");
        var dataset = CommandOption.Of<bool>("--dataset", "It is a data set, not a model.");
        var command = new Command("download", Help) { repo, revision, folder, dataset };
        command.SetAction(parsed =>
        {
            var isDataset = parsed.GetValue(dataset);
            var place = Download(console, parsed.GetValue(repo)!, parsed.GetValue(revision)!, parsed.GetValue(folder), isDataset);
            console.Out.WriteLine(place);
            console.Error.WriteLine(isDataset
                ? "Next: look at a file of it with dpost data, or name it in a configuration: "
                    + $"data.train_data_path=hub:{parsed.GetValue(repo)}/..."
                : $"Next: dpost run --config-path exp_config/t5 --config-name self-train model.model_path={place}");
        });
        return command;
    }

    internal static string Download(CommandConsole console, string repo, string revision, string? folder, bool isDataset = false)
    {
        var options = HubOptions.FromEnvironment(Environment.GetEnvironmentVariable);
        return StageProgress.Watch(console, reporter =>
        {
            var watcher = new HubWatcher(
                plan => reporter.Begin(
                    "download",
                    $"{repo} at {plan.Commit[..8]}: {plan.Files} files, {Sizes.Of(plan.Bytes)}, {Sizes.Of(plan.Missing)} of it missing",
                    plan.Missing / Sizes.Megabyte, "MB"),
                bytes => reporter.Advance(bytes / Sizes.Megabyte),
                notice => reporter.Note($"  {notice}"));
            var place = (isDataset
                ? DatasetDownload.All(repo, revision, folder, options, watcher, console.Cancel)
                : HubDownload.Run(repo, revision, folder, options, watcher, console.Cancel)).GetAwaiter().GetResult();
            reporter.End($"every file is whole; {place}");
            return place;
        });
    }
}
