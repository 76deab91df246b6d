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
        ["Hub"] = 0,
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
        ["Studies"] = 9,
        ["Benchmarks"] = 10,
        ["Diagnosis"] = 10,
    };

    private static readonly string Root = Path.Combine(SharedFolder.RepositoryRoot, "src", "DpoSt");

    private static readonly string[] Files =
        [.. Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories).Select(
            f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order()];

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
            || !Text(file).Contains("TorchSharp.", StringComparison.Ordinal)
            && !Text(file).Contains("using TorchSharp", StringComparison.Ordinal)));

    [Fact]
    public void No_file_is_longer_than_300_lines() => Assert.All(
        Sources("src"), file => Assert.True(File.ReadLines(file).Count() <= 300, $"{file} is longer than 300 lines"));

    [Fact]
    public void No_line_is_longer_than_140_characters() => Assert.All(
        Sources("src", "test", "bench"), file => Assert.All(
            File.ReadLines(file).Index(),
            line => Assert.True(line.Item.Length <= 140, $"{file}:{line.Index + 1} is longer than 140 characters")));

    [Fact]
    public void No_folder_has_more_than_25_files_of_its_own() => Assert.All(Sources("src", "test", "bench").GroupBy(Path.GetDirectoryName),
        folder => Assert.True(folder.Count() <= 25, $"{folder.Key} has {folder.Count()} files: give it rooms"));

    private static string[] Sources(params string[] folders)
    {
        string[] files =
        [
            .. folders.SelectMany(
                folder => Directory.EnumerateFiles(Path.Combine(SharedFolder.RepositoryRoot, folder), "*.cs", SearchOption.AllDirectories))
                .Select(file => file.Replace('\\', '/'))
                .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
        ];
        Assert.NotEmpty(files);
        return files;
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static string FolderOf(string file) => file.Contains('/') ? file[..file.IndexOf('/')] : "";

    // DpoSt.X as code writes it; the namespace line's own mention is the file's own folder.
    [GeneratedRegex(@"(?<![\w./])DpoSt\.(?<folder>[A-Z]\w*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mention();
}
