using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;

namespace DpoSt.App.Commands;

/// <summary><c>dpost validate</c>: whether a configuration means something, and what it means.</summary>
internal static class ValidateCommand
{
    public static Command Create(CommandConsole console)
    {
        var command = new Command("validate", CommandHelp.Of(
            "Compose a configuration, check every key and value, and look for the files it names. "
            + "Absent files are told, but are not a mistake.",
            "dpost validate --config-path exp_config/t5 --config-name dpo-1 +data.split=train --json"));
        var arguments = new ConfigArguments(command, "sft-0");
        var json = CommandOption.Json("Write one JSON object: config (composed, interpolations resolved), ignored, missing.");
        command.Add(json);
        command.SetAction(result =>
        {
            var config = ConfigComposer.Compose(arguments.Path(result), arguments.Name(result), arguments.Overrides(result));
            var (options, ignored) = ConfigBinder.Bind<ExperimentOptions>(config);
            var missing = NamedFiles.Missing(config, RunPaths.Here(options));
            console.Out.WriteLine(result.GetValue(json) ? Json(config, ignored, missing) : Sentence(config, ignored, missing));
        });
        return command;
    }

    private static string Sentence(ComposedConfig config, IReadOnlyList<string> ignored, IReadOnlyList<string> missing)
    {
        var files = missing.Count == 0 ? "is fine" : $"is fine, but these files are missing: {string.Join(", ", missing)}";
        return $"{config.File} {files}{(ignored.Count == 0 ? "" : $"; ignored: {string.Join(", ", ignored)}")}.";
    }

    private static string Json(ComposedConfig config, IReadOnlyList<string> ignored, IReadOnlyList<string> missing)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("config");
            config.WriteTo(writer);
            WriteList(writer, "ignored", ignored);
            WriteList(writer, "missing", missing);
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> items)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }
}
