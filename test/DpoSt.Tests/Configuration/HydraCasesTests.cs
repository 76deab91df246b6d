using System.Text.Encodings.Web;
using System.Text.Json;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;

namespace DpoSt.Tests.Configuration;

/// <summary>Configurations with the results of Hydra 1.3 and OmegaConf 2.3: each has the same value here, or is refused where it is refused
/// there. What is refused here alone stands on a list with its reason.</summary>
public sealed class HydraCasesTests : IDisposable
{
    /// <summary>The construct that the sentence names, by case.</summary>
    private static readonly Dictionary<string, string> RefusedHereAlone = new()
    {
        // No second run would have the order that this one drew.
        ["override:shuffle_sequence/shuffle(list=[1,2,3])/70"] = "shuffle(...)",

        // A key that stands twice is a mistake; Hydra says so of text alone.
        ["yaml:structure/int key twice/740"] = "the key '1' stands here a second time",

        // No option is a sequence of bytes.
        ["yaml:structure/binary/759"] = "the tag 'tag:yaml.org,2002:binary'",
    };

    /// <summary>Configurations that compose alike, but are none of a stage: the trainer is taken out, or a key is not an option.</summary>
    private static readonly HashSet<string> NoStages =
    [
        "defaults/override ~trainer/1184", "defaults/override ~trainer=small/1185", "defaults/override +hydra/x=y/1207",
        "defaults/list package group/1231",
    ];

    private readonly TemporaryFolder folder = new();
    private int number;

    [Fact]
    public void EveryCaseHasHydrasValueOrIsRefusedByName()
    {
        using var cases = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("peer-cases", "hydra.json")));
        var differences = cases.RootElement.EnumerateArray()
            .Select(c => Difference(c) is { } difference ? $"{c.GetProperty("id").GetString()}: {difference}" : null).ToList();
        Assert.Equal("", string.Join('\n', differences.OfType<string>()));
        Assert.Equal(781, differences.Count);
    }

    /// <summary>What is wrong with a case; null where nothing is.</summary>
    private string? Difference(JsonElement test)
    {
        var id = test.GetProperty("id").GetString()!;
        var expected = test.TryGetProperty("expected", out var value) ? Canonical(value) : null;
        try
        {
            var config = Compose(test);
            if (config.CanonicalText != expected)
            {
                return $"expected {expected ?? "an error"} but got {config.CanonicalText}";
            }

            return NoStages.Contains(id) == IsStage(config) ? "the list of configurations that are no stages is not true" : null;
        }
        catch (UserErrorException e) when (expected is null || RefusedHereAlone.ContainsKey(id))
        {
            return expected is null || e.Message.Contains(RefusedHereAlone[id], StringComparison.Ordinal) ? null : e.Message;
        }
        catch (Exception e)
        {
            return $"expected {expected} but got {e.GetType().Name}: {e.Message}";
        }
    }

    private ComposedConfig Compose(JsonElement test)
    {
        var root = Path.Combine(folder.Root, $"{++number}");
        foreach (var file in test.GetProperty("files").EnumerateObject())
        {
            var path = Path.Combine(root, file.Name + ".yaml");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file.Value.GetString());
        }

        var environment = test.GetProperty("env");
        return ConfigComposer.Compose(
            root, test.GetProperty("name").GetString()!, test.GetProperty("overrides").EnumerateArray().Select(o => o.GetString()!),
            name => environment.TryGetProperty(name, out var found) ? found.GetString() : null);
    }

    private static bool IsStage(ComposedConfig config)
    {
        try
        {
            return ConfigBinder.Bind<ExperimentOptions>(config) is not null;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    /// <summary>Keys in order and numbers as they are written, so that 1 is not 1.0.</summary>
    private static string Canonical(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => $"{Text(p.Name)}:{Canonical(p.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(",", value.EnumerateArray().Select(Canonical)) + "]",
        JsonValueKind.String => Text(value.GetString()!),
        _ => value.GetRawText(),
    };

    private static string Text(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    public void Dispose() => folder.Dispose();
}
