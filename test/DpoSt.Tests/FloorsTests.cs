using System.Text.RegularExpressions;

namespace DpoSt.Tests;

/// <summary>A folder of the library uses only floors below its own (docs/design.md, "One library, folders are floors").</summary>
public sealed partial class FloorsTests
{
    private static readonly Dictionary<string, int> Floors = new()
    {
        [""] = -1,                 // the root: small things that every floor may use
        ["Text"] = 0,
        ["Verification"] = 1,
        ["Configuration"] = 1,
        ["Hub"] = 1,
        ["Tensors"] = 1,
        ["Data"] = 2,
        ["Models"] = 2,
        ["Generation"] = 3,
        ["Training"] = 3,
        ["Parallel"] = 4,
        ["Runs"] = 5,              // knows no model, so that everything that runs one may use it
        ["Answering"] = 6,
        ["Evaluation"] = 7,
        ["SelfTraining"] = 8,
        ["Planning"] = 9,
        ["Benchmarks"] = 10,
    };

    private static readonly string Root = Path.Combine(SharedFolder.RepositoryRoot, "src", "DpoSt");

    private static readonly string[] Files =
        [.. Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order()];

    [Fact]
    public void Every_folder_has_a_floor_and_every_namespace_is_its_folder() => Assert.All(Files, file =>
    {
        Assert.Contains(FolderOf(file), Floors.Keys);
        Assert.Contains($"namespace {string.Join('.', file.Split('/')[..^1].Prepend("DpoSt"))}", Text(file));
    });

    [Fact]
    public void A_file_uses_only_floors_below_its_own() => Assert.All(Files, file =>
    {
        var own = FolderOf(file);
        Assert.All(Mention().Matches(Text(file)).Select(m => m.Groups["folder"].Value).Where(used => used != own), used =>
            Assert.True(Floors.TryGetValue(used, out var floor) && floor < Floors[own], $"{own}/ must not use {used}"));
    });

    [Fact]
    public void Only_Tensors_and_what_stands_on_it_sees_TorchSharp() => Assert.All(Files, file =>
        Assert.True(FolderOf(file) == "Tensors" || Floors[FolderOf(file)] > Floors["Tensors"]
            || !Text(file).Contains("TorchSharp.", StringComparison.Ordinal) && !Text(file).Contains("using TorchSharp", StringComparison.Ordinal)));

    [Fact]
    public void No_file_is_longer_than_300_lines()
    {
        var sources = Path.Combine(SharedFolder.RepositoryRoot, "src");
        var files = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .ToArray();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.True(File.ReadLines(file).Count() <= 300, $"{Path.GetRelativePath(sources, file)} is longer than 300 lines"));
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static string FolderOf(string file) => file.Contains('/') ? file[..file.IndexOf('/')] : "";

    // DpoSt.X as code writes it; the namespace line's own mention is the file's own folder.
    [GeneratedRegex(@"(?<![\w./])DpoSt\.(?<folder>[A-Z]\w*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mention();
}
