using System.CommandLine;
using DpoSt.Answering;
using DpoSt.Answering.Live;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration;

namespace DpoSt.App.Serve;

/// <summary><c>dpost serve</c>: models for other programs.</summary>
internal static class ServeCommand
{
    private const int UsualPort = 8000;
    private const string KeyVariable = "DPOST_API_KEY";

    public static Command Create(CommandConsole console)
    {
        var usual = new LiveOptions();
        var model = CommandOption.Of<string[]>(
            "--model", "A model's folder, or its name on the hub; several are served beside each other.", "DIR")
            .Needed();
        var host = CommandOption.Of<string>("--host", "Where to listen: this machine alone, unless you say otherwise.", "ADDRESS")
            .Or("127.0.0.1");
        var port = CommandOption.Of<int>("--port", "The port; 0 takes one that is free.").Or(UsualPort).From(0, ushort.MaxValue);
        var key = CommandOption.Of<string?>(
            "--api-key",
            $"What requests must bring as their key; better given as the variable {KeyVariable}, which no list of processes shows.",
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
        { model, host, port, key, slots, prompt, count, queue, calculator, dtype };
        var download = new DownloadArgument(command);
        var template = new TemplateArguments(command);
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            var door = ServerDoor.At(
                parsed.GetValue(host)!, parsed.GetValue(port), parsed.GetValue(key) ?? Environment.GetEnvironmentVariable(KeyVariable));
            var limits = new LiveOptions(
                parsed.GetValue(slots), parsed.GetValue(prompt), parsed.GetValue(count), parsed.GetValue(queue));
            var (where, products) = (device.Device(parsed), parsed.GetValue(dtype) == "bf16" ? TorchSharp.torch.ScalarType.BFloat16
                : TorchSharp.torch.ScalarType.Float32);
            var (helper, options) = (AnswerFields.Calculator(parsed.GetValue(calculator)!), template.Options(parsed));
            var folders = parsed.GetValue(model)!;
            var names = folders.Select(NameOf).ToArray();
            if (names.Distinct(StringComparer.Ordinal).Count() < names.Length)
            {
                throw new UserErrorException(
                    $"--model names two folders that are both called {names.First(n => names.Count(n.Equals) > 1)}, "
                    + "and a model's id is its "
                    + "folder's name: rename one.");
            }

            var models = new List<ServedModel>();
            try
            {
                foreach (var (folder, name) in folders.Zip(names))
                {
                    var bundle = ModelBundle.LoadForIds(download.Folder(parsed, folder, console), where, products, options);
                    models.Add(new ServedModel(name, new LiveModel(bundle, limits), helper));
                }

                ServeAsync(console, models, door).GetAwaiter().GetResult();
            }
            finally
            {
                models.ForEach(served => served.Live.Dispose());
            }
        });
        return command;
    }

    private static async Task ServeAsync(CommandConsole console, IReadOnlyList<ServedModel> models, ServerDoor door)
    {
        var server = new ModelServer(models, door);
        await using (server.ConfigureAwait(false))
        {
            var address = await server.StartAsync().ConfigureAwait(false);
            foreach (var model in models)
            {
                console.Error.WriteLine(
                    $"{model.Name}: {model.Live.Options.Slots} answers at a time, "
                    + $"prompts of up to {model.Live.Options.MaxPromptTokens} tokens, "
                    + $"answers of up to {model.Live.Options.MaxNewTokens}; it is given {model.Live.Bundle.Format.Source}");
            }

            if (!door.IsLocal && door.Key is null)
            {
                console.Error.WriteLine($"Whoever reaches {door.Address} can ask, for there is no key: give one as {KeyVariable}.");
            }

            console.Out.WriteLine($"listening on {address.GetLeftPart(UriPartial.Authority)}");
            await Task.Delay(Timeout.Infinite, console.Cancel).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            if (models.Any(model => model.Live.Count is not (0, 0)))
            {
                console.Error.WriteLine("Answering what has been asked; Ctrl-C again ends at once.");
            }

            await server.StopAsync().ConfigureAwait(false);
        }
    }

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
}
