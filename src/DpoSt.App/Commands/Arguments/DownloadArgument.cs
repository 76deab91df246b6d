using System.CommandLine;
using DpoSt.App.Commands.Transfer;
using DpoSt.App.Console;
using DpoSt.Hub;
using DpoSt.Models.Adapters;

namespace DpoSt.App.Commands.Arguments;

/// <summary>A model may be named as on the hub wherever a folder may: it is then in the hub's cache, or fetched where a person wants
/// that.</summary>
internal sealed class DownloadArgument
{
    private readonly Option<bool> download = CommandOption.Of<bool>(
        "--download", "Fetch a model that is named as on the hub (google/flan-t5-base) and is not here yet.");

    /// <summary>Adds the option to a command.</summary>
    public DownloadArgument(Command command) => command.Add(download);

    /// <summary>The folder of a model that the command cannot do without.</summary>
    /// <exception cref="UserErrorException">There is none, and nobody wants it fetched.</exception>
    public string Folder(ParseResult parsed, string written, CommandConsole console)
    {
        var here = Directory.GetCurrentDirectory();
        Ready(parsed, written, here, console);
        return HubModels.IsMissing(written, here)
            ? throw new UserErrorException(
                $"{Shown.Text(written)}: there is no such model folder, and the hub's cache holds no whole model of that name: "
                + "check the path, or fetch the model with --download.")
            : Path.Exists(written) || !HubModels.IsName(written) ? written : HubModels.Folder(written, here);
    }

    /// <summary>Fetches a model that is neither a folder nor in the cache, if its name is one of the hub and a person wants that; and the
    /// model of an adapter.</summary>
    public void Ready(ParseResult parsed, string written, string from, CommandConsole console)
    {
        Fetch(parsed, written, from, console);
        if (AdapterFolder.MissingModel(HubModels.Folder(written, from)) is { } model)
        {
            Fetch(parsed, model, from, console);
        }
    }

    private void Fetch(ParseResult parsed, string written, string from, CommandConsole console)
    {
        if (!HubModels.IsMissing(written, from))
        {
            return;
        }

        var hub = HubOptions.FromEnvironment(Environment.GetEnvironmentVariable);
        var question = $"{written} is neither a folder nor in the hub's cache. Download it from {hub.Endpoint.Host}?";
        if (parsed.GetValue(download) || (!hub.Offline && console.Agrees(question)))
        {
            DownloadCommand.Download(console, written, "main", folder: null);
        }
    }
}
