using DpoSt.Runs;

namespace DpoSt.Tests.Runs;

public sealed class ProvenanceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_model_is_its_files_but_what_tells_of_its_training()
    {
        var (model, made) = Model();
        made.Write(model);
        Assert.True(made.Holds(model));
        File.AppendAllText(Path.Combine(model, "metrics.jsonl"), "{}");
        Assert.True(made.Holds(model));
        File.AppendAllText(Path.Combine(model, "config.json"), " ");
        Assert.Equal("config.json has changed since it was written", Provenance.Read(model)!.Damage(model));
        File.Delete(Path.Combine(model, "config.json"));
        Assert.Equal("config.json is gone", Provenance.Read(model)!.Damage(model));
    }

    [Fact]
    public void A_large_file_is_read_again_where_its_length_or_time_has_changed_and_nowhere_else()
    {
        var file = folder.File("weights", "");
        using (var stream = File.OpenWrite(file))
        {
            stream.SetLength(17 << 20);
        }

        var print = Fingerprint.Of(file);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        Assert.True(print.IsOf(file));                             // copied, or touched: its content is what counts
        using (var stream = File.OpenWrite(file))
        {
            stream.WriteByte(1);
        }

        Assert.False(print.IsOf(file));
        File.SetLastWriteTimeUtc(file, new DateTime(print.Written, DateTimeKind.Utc));
        Assert.True(print.IsOf(file));                             // the price of not reading gigabytes each time
    }

    [Fact]
    public void A_copied_experiment_is_the_same()
    {
        var (model, made) = Model();
        made.Write(model);
        var copy = folder.File("copy");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(model))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        Assert.True(made.Holds(copy));
        Assert.Equal(ContentKey.OfPath(model), ContentKey.OfPath(copy));
    }

    [Fact]
    public void Differences_are_told_by_what_inputs_are_to_the_stage()
    {
        var (one, other) = (folder.File("one", "1"), folder.File("other", "2"));
        var made = Provenance.Of(0, [new("model", one), new("rows", one)]);
        Assert.Equal("", made.Difference(Provenance.Of(0, [new("rows", one), new("model", one)])));
        Assert.Equal(
            "other options and another model and other rows", made.Difference(Provenance.Of(1, [new("model", other), new("rows", other)])));
        Assert.Equal(
            "other options (rate 1 -> 2) and other rows",
            Provenance.Of(new { Rate = 2 }, [new("rows", other)]).Difference(Provenance.Of(new { Rate = 1 }, [new("rows", one)])));
        Assert.Equal("other rows", made.Difference(Provenance.Of(0, [new("model", one)])));
    }

    [Fact]
    public void What_is_begun_over_is_not_done_until_it_is_made()
    {
        var (file, untold) = (folder.File("a", "a"), folder.File("b", "b"));
        var made = Provenance.Of(0, []);
        made.Write(file);
        Provenance.Forget([file, untold]);
        Assert.False(made.Holds(file));
        Assert.Null(Provenance.Read(untold));
        made.Write(file);
        Assert.True(made.Holds(file));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"a\": {}}")]
    public void A_damaged_record_is_no_proof(string text)
    {
        var file = folder.File("a", "a");
        Provenance.Of(0, []).Write(file);
        folder.File(Provenance.FileName, text);
        Assert.Null(Provenance.Read(file));
    }

    private (string Folder, Provenance Made) Model()
    {
        AtomicFile.WriteAllText(folder.File("model/config.json"), "{}");
        AtomicFile.WriteAllText(folder.File("model/metrics.jsonl"), "{}");
        return (folder.File("model"), Provenance.Of(new { Rate = 1 }, [new("rows", folder.File("rows", "1"))]));
    }
}
