using System.Text.Json;
using DpoSt.Runs;
using DpoSt.SelfTraining;

namespace DpoSt.Tests.SelfTraining;

/// <summary>What a killed process leaves is found by its name; what somebody holds or goes on from stays.</summary>
public sealed class LeftoversTests : IDisposable
{
    private const string Id = "0123456789abcdef0123456789abcdef";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Finds_and_removes_what_nothing_has_a_use_for_and_nothing_else()
    {
        string[] others =
        [
            "data/a.tmp", "data/poetry.lock", "ft_models/x/sft-0/model.safetensors", "ft_models/x/mine.training/notes.txt",
            $"data/{Id}.txt", "data/movie.partial", "hub/models--a--b/blobs/abc", "data/abc.incomplete", "results/x.json",
        ];
        string[] left =
        [
            $"results/x.json.{Id}.tmp", $"ft_models/x/.sft-0.{Id}.tmp/model.safetensors", $"ft_models/x/.sft-0.{Id}.tmp.old/config.json",
            "ft_models/x/sft-0.training/lock", "results/x.lock", "model_outputs/x/sft-0/train/seed_0-t_0.7.json.partial",
        ];
        foreach (var name in others.Concat(left))
        {
            Lay(name, name.EndsWith(".lock", StringComparison.Ordinal) && name.StartsWith("results", StringComparison.Ordinal) ? ""
                : name.EndsWith("json.partial", StringComparison.Ordinal) ? "\"key\"\n" : "12345");
        }

        Done("ft_models/x/sft-0", "model.safetensors");
        Lay("model_outputs/x/sft-0/train/seed_0-t_0.7.json", "[]");
        Done("model_outputs/x/sft-0/train/seed_0-t_0.7.json", "seed_0-t_0.7.json");

        var found = Leftovers.Find(folder.Root);
        Assert.Equal(
            left.Select(name => name.Split('/') is var parts && Array.FindIndex(parts, p => p.Contains(".tmp", StringComparison.Ordinal)
                || p.EndsWith(".training", StringComparison.Ordinal)) is var at and >= 0 ? string.Join('/', parts[..(at + 1)]) : name)
                .Order(StringComparer.Ordinal),
            found.Select(leftover => Path.GetRelativePath(folder.Root, leftover.Path).Replace('\\', '/')));
        Assert.All(found, leftover => Assert.Null(leftover.Kept));
        Assert.Equal(5, found.Single(l => l.Path.EndsWith(".training", StringComparison.Ordinal)).Bytes);
        Assert.All(found, leftover => Assert.True(Leftovers.Remove(leftover), leftover.Path));
        Assert.Empty(Leftovers.Find(folder.Root));
        Assert.All(others, name => Assert.True(File.Exists(folder.File(name)), name));
    }

    [Fact]
    public void What_a_command_goes_on_from_stays()
    {
        Lay("ft_models/x/sft-0.training/checkpoint-5/training_state.safetensors", "12345");
        Lay("hub/models--a--b/blobs/abc.incomplete", "1");
        // Both are of other options than what is done.
        Done("ft_models/x/sft-0", "model.safetensors");
        Lay("model_outputs/x/sft-0/train/seed_0-t_0.7.json", "[]");
        Done("model_outputs/x/sft-0/train/seed_0-t_0.7.json", "seed_0-t_0.7.json");
        var answers = Lay("model_outputs/x/sft-0/train/seed_0-t_0.7.json.partial", "\"key\"\n");
        File.SetLastWriteTimeUtc(answers, DateTime.UtcNow.AddMinutes(1));
        var found = Leftovers.Find(folder.Root);
        Assert.Equal(3, found.Count);
        Assert.Contains("goes on from step 5", found[0].Kept, StringComparison.Ordinal);
        Assert.All(found, leftover => Assert.True(leftover.Kept is not null && !Leftovers.Remove(leftover) && Path.Exists(leftover.Path)));
    }

    [Fact]
    public void What_a_process_holds_stays()
    {
        var file = Lay($"a.json.{Id}.tmp", "1");
        var draft = Path.GetDirectoryName(Lay($"ft_models/.sft-0.{Id}.tmp/model.safetensors", "1"))!;
        var training = Path.GetDirectoryName(Path.GetDirectoryName(Lay($"ft_models/sft-0.training/.checkpoint-6.{Id}.tmp/a", "1")))!;
        var partial = Lay("hub/models--a--b/blobs/abc.incomplete", "1");
        using (Held(file))
        using (Held(Lay("ft_models/sft-0.training/lock", "")))
        using (Held(Lay("hub/.locks/models--a--b/abc.lock", "")))
        {
            var found = Leftovers.Find(folder.Root);
            Assert.Equal(
                [file, draft, training, partial], found.Select(leftover => leftover.Path));
            Assert.All(found, leftover => Assert.True(leftover.Kept is not null && !Leftovers.Remove(leftover)));
            Assert.All(found, leftover => Assert.False(Leftovers.Remove(leftover with { Kept = null }) || !Path.Exists(leftover.Path)));
        }
    }

    [Fact]
    public void A_model_that_a_process_writes_stays_until_it_is_killed()
    {
        var model = folder.File("merged");
        using (var draft = new DraftFolder(model, holds: true))
        {
            File.WriteAllText(Path.Combine(draft.Path, "model.safetensors"), "1");
            var found = Leftovers.Find(folder.Root);
            Assert.Equal([draft.Path, draft.Path + ".held"], found.Select(leftover => leftover.Path));
            Assert.All(found, leftover => Assert.Equal("a dpost that is running holds it", leftover.Kept));
            draft.MoveTo(model);
        }

        Assert.Empty(Leftovers.Find(folder.Root));
        Assert.Equal(["merged"], Directory.GetFileSystemEntries(folder.Root).Select(Path.GetFileName));

        // Killed, it leaves both, which nobody holds.
        Lay($".merged.{Id}.tmp/model.safetensors", "1");
        Lay($".merged.{Id}.tmp.held", "");
        var left = Leftovers.Find(folder.Root);
        Assert.Equal(2, left.Count);
        Assert.All(left, leftover => Assert.True(leftover.Kept is null && Leftovers.Remove(leftover)));
        Assert.Equal(["merged"], Directory.GetFileSystemEntries(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void A_link_is_not_followed()
    {
        using var elsewhere = new TemporaryFolder();
        elsewhere.File($"a.{Id}.tmp", "1");
        Directory.CreateSymbolicLink(folder.File("link"), elsewhere.Root);
        Assert.Empty(Leftovers.Find(folder.Root));
    }

    private string Lay(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        return folder.File(name, text);
    }

    private static FileStream Held(string path) => new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

    private void Done(string output, string name)
    {
        var place = folder.File(output);
        var home = Directory.Exists(place) ? place : Path.GetDirectoryName(place)!;
        var files = new Dictionary<string, object> { [name] = new { length = 1, written = 1, sha256 = "" } };
        var entry = new { options = "o", inputs = new { }, files };
        File.WriteAllText(
            Path.Combine(home, Provenance.FileName),
            JsonSerializer.Serialize(new Dictionary<string, object> { [Directory.Exists(place) ? "." : Path.GetFileName(place)] = entry }));
    }
}
