using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;
using DpoSt.Planning;
using DpoSt.Tensors.Devices;

namespace DpoSt.App.Commands;

/// <summary><c>dpost validate</c>: whether a configuration means something, and what it means.</summary>
internal static class ValidateCommand
{
    public static Command Create(CommandConsole console)
    {
        var command = new Command("validate", CommandHelp.Of(
            "Compose a configuration, check every key and value, look for the files it names, and rehearse what a run would do: the header "
            + "of the weights, the first rows of each file as tokens, memory. What was not checked is said. "
            + "Absent files are told, but are not a mistake.",
            "dpost validate --config-path exp_config/t5 --config-name dpo-1 +data.split=train --json"));
        var arguments = new ConfigArguments(command, "sft-0");
        var json = CommandOption.Json("Write one JSON object: config (composed, interpolations resolved), ignored, missing.");
        command.Add(json);
        command.SetAction(result =>
        {
            var config = ConfigComposer.ComposeExperiment(arguments.Path(result), arguments.Name(result), arguments.Overrides(result));
            var (options, ignored) = ConfigBinder.Bind<ExperimentOptions>(config);
            var (paths, isLoop) = (RunPaths.Here(options), config.Has("loop"));
            var missing = NamedFiles.Missing(config, paths);
            var rehearsal = Rehearsal.Of(options, paths, FreeMemory.OfProcessor(), isLoop);
            if (result.GetValue(json))
            {
                console.Out.WriteLine(Json(config, ignored, missing));
                return;
            }

            console.Out.WriteLine(Sentence(config, ignored, NamedFiles.Needed(missing, options, isLoop)));
            Write(console, "checked", rehearsal.Checked);
            Write(console, "not checked", rehearsal.NotChecked);
        });
        return command;
    }

    private static string Sentence(
        ComposedConfig config, IReadOnlyList<string> ignored,
        (IReadOnlyList<string> Needed, IReadOnlyList<string> Others, string By) missing)
    {
        var files = missing.Needed.Count == 0 ? "is fine" : $"is fine, but these files are missing: {string.Join(", ", missing.Needed)}";
        var others = missing.Others.Count == 0 ? "" : $"; missing too, but not read by {missing.By}: {string.Join(", ", missing.Others)}";
        return $"{config.File} {files}{others}{(ignored.Count == 0 ? "" : $"; ignored: {string.Join(", ", ignored)}")}.";
    }

    private static void Write(CommandConsole console, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count > 0)
        {
            console.Out.WriteLine($"{title}:");
            lines.ToList().ForEach(line => console.Out.WriteLine($"  {line}"));
        }
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
