using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Models.Gguf;

namespace DpoSt.App.Commands;

/// <summary><c>dpost export</c>: a model for other programs.</summary>
internal static class ExportCommand
{
    private static readonly Dictionary<string, GgufType> Types = new(StringComparer.Ordinal)
    {
        ["f32"] = GgufType.F32,
        ["f16"] = GgufType.F16,
        ["bf16"] = GgufType.BF16,
        ["q8_0"] = GgufType.Q8,
    };

    public static Command Create(CommandConsole console)
    {
        var model = CommandOption.Model();
        var gguf = CommandOption.Of<string>("--gguf", "The file to write.", "FILE").Needed();
        var type = CommandOption.Of<string>("--type", "How numbers are kept.").Or("f16");
        type.AcceptOnlyFromAmong([.. Types.Keys]);
        var command = new Command("export", CommandHelp.Of(
            "Write a model as one GGUF file for llama.cpp and Ollama, with its tokenizer and chat template, and a Modelfile beside it.",
            "dpost export --model models/smollm2-135m-instruct --gguf smollm2.gguf --type q8_0"))
        { model, gguf, type };
        var download = new DownloadArgument(command);
        command.SetAction(parsed =>
        {
            var file = parsed.GetValue(gguf)!;
            var kind = Types[parsed.GetValue(type)!];
            var folder = download.Folder(parsed, parsed.GetValue(model)!, console);
            var recipe = StageProgress.Watch(console, reporter =>
            {
                var begun = false;
                var written = GgufExport.Run(folder, file, kind, (done, all) =>
                {
                    console.Cancel.ThrowIfCancellationRequested();
                    if (!begun)
                    {
                        reporter.Begin("export", $"{Shown.Path(folder)} as {Shown.Path(file)}", all, "tensors");
                        begun = true;
                    }

                    reporter.Advance(done);
                });
                reporter.End($"{Bytes.Text(new FileInfo(file).Length)}");
                return written;
            });
            console.Out.WriteLine($"{Shown.Path(file)}; for Ollama: ollama create NAME -f {Shown.Path(recipe)}");
        });
        return command;
    }
}
