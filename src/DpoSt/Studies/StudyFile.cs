using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Studies;

/// <summary>Reads a study's file: the keys of <see cref="StudyOptions"/>, <c>arms</c> by name with <c>overrides</c> and <c>oracle</c>, and
/// <c>compare</c>, pairs of arms, each with the name of its model behind it or without (<c>[paper st-3, paper sft-3]</c>).</summary>
internal static class StudyFile
{
    private const string Expected = "an arm is a name with overrides (a list) and oracle (a number), such as 'four: {oracle: 4}'";

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, a key is wrong, or a comparison names no arm.</exception>
    public static Study Read(string path)
    {
        var root = YamlReader.Read(path);
        var arms = root.Entries.GetValueOrDefault("arms") is ConfigMap { Entries.Count: > 0 } named
            ? named.Entries.Select(arm => Arm(path, arm.Key, arm.Value)).ToList()
            : throw new UserErrorException($"{path}: arms is missing; expected a map in which {Expected}.");
        var comparisons = Items(root.Entries.GetValueOrDefault("compare"), "compare").Select(pair => Comparison(path, pair, arms)).ToList();
        root.Entries.Remove("arms");
        root.Entries.Remove("compare");
        return new Study(path, ConfigBinder.Bind<StudyOptions>(root, path).Options, arms, comparisons);
    }

    private static StudyArm Arm(string path, string name, ConfigNode node)
    {
        var map = node as ConfigMap ?? (node is ConfigScalar { Value: null } ? new ConfigMap(node.Source) : throw Wrong(node));
        var overrides = Items(map.Entries.GetValueOrDefault("overrides"), $"{name}.overrides");
        var oracle = map.Entries.GetValueOrDefault("oracle") switch
        {
            null => 0,
            ConfigScalar { Value: long and >= 0 and <= 100 and var count } => (int)count,
            var other => throw Wrong(other),
        };
        return FolderNameAttribute.Holds(name) && map.Entries.Keys.All(key => key is "overrides" or "oracle")
            ? new StudyArm(name, [.. overrides.Select(o => o is ConfigScalar scalar ? scalar.Text : throw Wrong(o))], oracle)
            : throw Wrong(node);

        UserErrorException Wrong(ConfigNode at) => new($"{at.Source}: {name} in arms of {path} is wrong; {Expected}.");
    }

    private static StudyComparison Comparison(string path, ConfigNode node, List<StudyArm> arms)
    {
        return node is ConfigList { Items: [ConfigScalar a, ConfigScalar b] } && Side(a) is var first && Side(b) is var second
            ? new StudyComparison(first.Arm, first.Run, second.Arm, second.Run)
            : throw new UserErrorException($"{node.Source}: a comparison in {path} is a pair; expected [ARM, ARM] or [ARM RUN, ARM RUN].");

        (string Arm, string? Run) Side(ConfigScalar scalar)
        {
            var parts = scalar.Text.Split(' ', 2, StringSplitOptions.TrimEntries);
            return arms.Exists(arm => arm.Name == parts[0])
                ? (parts[0], parts.ElementAtOrDefault(1))
                : throw new UserErrorException(
                    $"{scalar.Source}: compare names '{parts[0]}', which is no arm; "
                    + $"the arms are {string.Join(", ", arms.Select(x => x.Name))}.");
        }
    }

    private static IReadOnlyList<ConfigNode> Items(ConfigNode? node, string key) => node switch
    {
        null => [],
        ConfigList list => list.Items,
        _ => throw new UserErrorException($"{node.Source}: {key} is {node.Describe()}; expected a list."),
    };
}
