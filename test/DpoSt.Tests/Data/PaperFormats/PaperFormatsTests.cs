using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Verification;

namespace DpoSt.Tests.Data.PaperFormats;

public sealed class PaperFormatsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Names_are_the_references()
    {
        Assert.Equal("seed_3-t_0.7.json", SampleFile.Name(3, 0.7));
        Assert.Equal("train_dpo_data.jsonl", LabelledQuestionFile.Name("train"));
        Assert.Equal("eval_dpo_processed.jsonl", PreferencePairFile.Name("eval"));
        Assert.Equal("train_rft_processed.jsonl", RationaleFile.Name("train"));
    }

    [Theory]
    [InlineData("t5")]
    [InlineData("llama-2")]
    public void What_is_read_is_written_back_byte_by_byte(string family)
    {
        AssertSame(family, "sft-0/seed_0-t_0.7.json", (from, to) => SampleFile.Write(to, SampleFile.Read(from)));
        AssertSame(family, "sft-0/train_dpo_data.jsonl", (from, to) => LabelledQuestionFile.Write(to, LabelledQuestionFile.Read(from)));
        AssertSame(family, "rft_from_dpo-1.train_rft_processed.jsonl", (from, to) => RationaleFile.Write(to, RationaleFile.Read(from)));
        AssertSame(family,
            "dpo_from_sft-0.train_dpo_processed.jsonl",
            (from, to) => PreferencePairFile.Write(to, PreferencePairFile.Read(from)));
    }

    [Theory]
    [InlineData("t5")]
    [InlineData("llama-2")]
    public void Samples_become_the_references_labels(string family)
    {
        var root = SharedFolder.Path("fixtures", "data-prep", family);
        var problems = ProblemSet.Load(SharedFolder.Path("data", "gsm8k", "train.jsonl")).Take(50).ToArray();
        foreach (var run in (string[])["sft-0", "sft-1", "dpo-1", "dpo-2"])
        {
            var completions = Enumerable.Range(0, 6).SelectMany(seed => SampleFile.Read(Path.Combine(root, run, SampleFile.Name(seed, 0.7)))
                .Zip(problems, (s, problem) => Completion.Of(problem, seed, seed, s.Text, Verifiers.Number)));
            var path = folder.File($"{run}.jsonl");
            LabelledQuestionFile.Write(path, LabelledQuestion.From(problems, completions));
            Assert.Equal(File.ReadAllText(Path.Combine(root, run, "train_dpo_data.jsonl")), File.ReadAllText(path));
        }
    }

    [Fact]
    public void Every_character_survives()
    {
        var text = string.Concat(Enumerable.Range(0, 0x250).Select(c => (char)c)) + "\u2028\uFFFF😀\\\"";
        var path = folder.File("a.jsonl");
        RationaleFile.Write(path, [new(text, "")]);
        Assert.Equal(text, RationaleFile.Read(path).Single().Question);
        Assert.DoesNotContain(File.ReadAllBytes(path), b => b >= 0x7F);
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        var path = folder.File("a.json", "[[\"q\", 1]]");
        var error = Assert.Throws<UserErrorException>(() => SampleFile.Read(path).Count());
        Assert.Equal($"{path}:1: an element is not a pair of strings; expected a list of [question, text] pairs.", error.Message);
        Assert.Throws<UserErrorException>(() => LabelledQuestionFile.Read(path).Count());
    }

    private void AssertSame(string family, string name, Action<string, string> copy)
    {
        var original = SharedFolder.Path("fixtures", "data-prep", family, name);
        var path = folder.File(Path.GetFileName(original));
        copy(original, path);
        Assert.Equal(File.ReadAllText(original), File.ReadAllText(path));
    }
}
