using System.Text.Json.Nodes;
using DpoSt.Configuration.Composition;

namespace DpoSt.Tests.Configuration;

/// <summary>A folder of configurations that lives as long as the test; messages are compared with its path replaced by DIR.</summary>
internal sealed class ConfigFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public string Root => folder.Root;

    public ConfigFolder With(string name, string yaml)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        folder.File(name, yaml);
        return this;
    }

    public ComposedConfig Compose(string name, params string[] overrides) =>
        ConfigComposer.Compose(folder.Root, name, overrides, n => n == "HOME_OF_TESTS" ? "/somewhere" : null);

    /// <summary>The composed configuration with sorted keys and single quotes, easy to write down.</summary>
    public string Text(string name, params string[] overrides) =>
        Compose(name, overrides).CanonicalText.Replace('"', '\'');

    public string Error(Action action) =>
        Assert.Throws<UserErrorException>(action).Message.Replace(folder.Root, "DIR", StringComparison.Ordinal);

    public string ComposeError(string name, params string[] overrides) => Error(() => Compose(name, overrides));

    public static void AssertSameJson(string expected, string actual, string because = "") => Assert.True(
        JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"{because}\nexpected {expected}\nbut got  {actual}");

    public void Dispose() => folder.Dispose();
}
