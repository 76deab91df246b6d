using System.CommandLine;
using DpoSt.Answering;
using DpoSt.Answering.Elsewhere;
using DpoSt.Answering.Live;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration;

namespace DpoSt.App.Serve;

/// <summary><c>dpost serve</c>: models for other programs.</summary>
internal static class ServeCommand
{
    private const int UsualPort = 8000;

    public static Command Create(CommandConsole console)
    {
        var usual = new LiveOptions();
        var model = CommandOption.Of<string[]>(
            "--model", "A model's folder, or its name on the hub; several are served beside each other.", "DIR");
        var shelf = CommandOption.Of<string?>(
            "--folder", "Serve every model in this folder too, such as ft_models/t5, also those that come while the server runs: the one "
            + "last asked for is loaded.", "DIR");
        var host = CommandOption.Of<string>("--host", "Where to listen: this machine alone, unless you say otherwise.", "ADDRESS")
            .Or("127.0.0.1");
        var port = CommandOption.Of<int>("--port", "The port; 0 takes one that is free.").Or(UsualPort).From(0, ushort.MaxValue);
        var key = CommandOption.Of<string?>(
            "--api-key",
            $"What requests must bring as their key; better given as the variable {SamplingServer.KeyVariable}, "
            + "which no list of processes shows.",
            "KEY");
        var slots = CommandOption.Of<int>("--slots", "Answers written together.").Or(usual.Slots).From(1, Limits.Rows);
        var prompt = CommandOption.Of<int>("--max-prompt-tokens", "The most tokens a prompt may have.").Or(usual.MaxPromptTokens)
            .From(1, Limits.Tokens);
        var count = CommandOption.Of<int>("--max-new-tokens", "The most tokens an answer may have.").Or(usual.MaxNewTokens)
            .From(1, Limits.Tokens);
        var queue = CommandOption.Of<int>("--queue", "The most answers that wait; beyond them a request is told to come again (429).")
            .Or(usual.MaxWaiting).From(1, Limits.Rows);
        var calculator = CommandOption.Of<string>("--calculator", "Complete calculations in this format, where a request does not say.")
            .Or("none");
        calculator.AcceptOnlyFromAmong("none", "t5", "llama");
        var dtype = CommandOption.Of<string>("--dtype", "Matrix products in fp32, or in bf16.").Or("fp32");
        dtype.AcceptOnlyFromAmong("fp32", "bf16");
        var command = new Command("serve", CommandHelp.Of(
            "Answer other programs over HTTP as OpenAI's servers do: /v1/chat/completions, /v1/completions and /v1/models, "
            + "with /health and "
            + "/metrics beside them. Ctrl-C takes no new requests and ends when all are answered.",
            "dpost serve --model models/smollm2-135m-instruct"))
        { model, shelf, host, port, key, slots, prompt, count, queue, calculator, dtype };
        var download = new DownloadArgument(command);
        var template = new TemplateArguments(command);
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            var door = ServerDoor.At(
                parsed.GetValue(host)!, parsed.GetValue(port),
                    parsed.GetValue(key) ?? Environment.GetEnvironmentVariable(SamplingServer.KeyVariable));
            var limits = new LiveOptions(
                parsed.GetValue(slots), parsed.GetValue(prompt), parsed.GetValue(count), parsed.GetValue(queue));
            var (where, products) = (device.Device(parsed), parsed.GetValue(dtype) == "bf16" ? TorchSharp.torch.ScalarType.BFloat16
                : TorchSharp.torch.ScalarType.Float32);
            var (helper, options) = (AnswerFields.Calculator(parsed.GetValue(calculator)!), template.Options(parsed));
            var folders = parsed.GetValue(model) ?? [];
            var (below, names) = (parsed.GetValue(shelf), folders.Select(ModelBundle.NameOf).ToArray());
            Check(below, names);
            var models = new List<ServedModel>();
            using var all = new ModelShelf(models, below, Load);
            foreach (var folder in folders)
            {
                models.Add(Load(download.Folder(parsed, folder, console)));
            }

            ServeAsync(console, all, door).GetAwaiter().GetResult();

            ServedModel Load(string folder)
            {
                var served = new ServedModel(
                    ModelBundle.NameOf(folder), new LiveModel(ModelBundle.LoadForIds(folder, where, products, options), limits), helper);
                console.Error.WriteLine(
                    $"{served.Name}: {limits.Slots} answers at a time, prompts of up to {limits.MaxPromptTokens} tokens, answers of up to "
                    + $"{limits.MaxNewTokens}; it is given {served.Live.Bundle.Format.Source}");
                return served;
            }
        });
        return command;
    }

    private static void Check(string? below, string[] names)
    {
        if (below is null && names.Length == 0)
        {
            throw new UserErrorException("there is no model to serve: give --model DIR, or --folder DIR for all in a folder.");
        }

        if (below is not null && !Directory.Exists(below))
        {
            throw new UserErrorException($"--folder is {Shown.Text(below)}, and there is no such folder; make it, or check the path.");
        }

        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length)
        {
            throw new UserErrorException(
                $"--model names two folders that are both called {names.First(n => names.Count(n.Equals) > 1)}, and a model's id is its "
                + "folder's name: rename one.");
        }
    }

    private static async Task ServeAsync(CommandConsole console, ModelShelf models, ServerDoor door)
    {
        var server = new ModelServer(models, door);
        await using (server.ConfigureAwait(false))
        {
            var address = await server.StartAsync().ConfigureAwait(false);
            if (!door.IsLocal && door.Key is null)
            {
                console.Error.WriteLine(
                    $"Whoever reaches {door.Address} can ask, for there is no key: give one as {SamplingServer.KeyVariable}.");
            }

            console.Out.WriteLine($"listening on {address.GetLeftPart(UriPartial.Authority)}");
            await Task.Delay(Timeout.Infinite, console.Cancel).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            if (models.Loaded.Any(model => model.Live.Count is not (0, 0)))
            {
                console.Error.WriteLine("Answering what has been asked; Ctrl-C again ends at once.");
            }

            await server.StopAsync().ConfigureAwait(false);
        }
    }
}
