using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.Answering;

/// <summary>Answers that are done stay, as long as they are what the command would write.</summary>
public sealed class AnswerFilesTests : IDisposable
{
    private const string Folder = "model_outputs/tiny/sft-0/test";
    private const string Greedy = Folder + "/greedy_decode.json";
    private const string Done = Greedy + " is done already with these options; --fresh makes it again\n";
    private const string TakenOver = "  3 of 12 answers are there already, from a start that was interrupted";

    private static readonly string[] Stage =
        ["generate", "--config-path", "exp_config/tiny", "trainer.output_dir=base", "+data.split=test", "eval.max_new_tokens=8"];

    private static readonly string[] Sampled = [.. Stage, "eval.mode=sampling"];
    private readonly TinyRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void Done_answers_stay_until_something_they_depend_on_changes()
    {
        Answers(Stage);
        var first = File.ReadAllText(run.Path(Greedy));
        LeaveJournal("greedy_decode.json");
        Assert.Equal((Done, "generate sft-0  done already\n"), Run(Stage));
        Assert.Empty(Journals());
        Answers([.. Stage, "--fresh"]);
        Assert.Equal(first, File.ReadAllText(run.Path(Greedy)));

        File.AppendAllText(run.Path(Greedy), "\n");
        Answers(Stage);
        Assert.Equal(first, File.ReadAllText(run.Path(Greedy)));
        File.AppendAllText(run.Path(Greedy), "\n");
        Assert.Contains(
            $"generate sft-0 was done, but {Greedy} is damaged (greedy_decode.json has changed since it was written): it runs again.\n",
            Run(Stage).Error,
            StringComparison.Ordinal);
        File.Delete(run.Path(Greedy));
        Answers(Stage);
        Answers([.. Stage, "eval.max_new_tokens=9"]);
        Answers([.. Stage, "--format", "reference"]);
        Assert.Contains(
            $"{Greedy} was made with these options before, and is in its place again.\n", Run(Stage).Error, StringComparison.Ordinal);
        Assert.Equal(first, File.ReadAllText(run.Path(Greedy)));

        File.AppendAllText(run.Path("data/test.jsonl"), File.ReadLines(run.Path("data/ood.jsonl")).First() + "\n");
        Answers(Stage);
        using (var weights = new FileStream(run.Path("base/model.safetensors"), FileMode.Open))
        {
            weights.Seek(-1, SeekOrigin.End);
            weights.WriteByte(0);
        }

        Assert.Contains(
            $"generate sft-0 was done with another model: it runs again, and what was there is kept in {Folder}/of-", Run(Stage).Error,
            StringComparison.Ordinal);
        Assert.Equal(Done, Run(Stage).Out);
        File.WriteAllText(run.Path(Folder + "/provenance.json"), "{");
        Assert.Contains(
            $"generate sft-0 has an output already ({Greedy}), but no provenance.json tells what it was made from: "
            + $"it runs again, and what was there is kept in {Folder}/of-unknown/greedy_decode.json.\n",
            Run(Stage).Error,
            StringComparison.Ordinal);
        Assert.Equal(Done, Run(Stage).Out);
    }

    [Fact]
    public void Only_samples_that_are_not_there_are_drawn_and_they_are_those_of_one_command()
    {
        Answers([.. Sampled, "eval.sampling.max_seed=2"]);
        LeaveJournal("seed_1-t_0.7.json");
        var (output, error) = Run([.. Sampled, "eval.sampling.max_seed=5"]);
        Assert.Contains("  2 of 5 samples are there already\n", error, StringComparison.Ordinal);
        Assert.Empty(Journals());
        Assert.Contains("of 36 answers are right", output, StringComparison.Ordinal);
        Assert.Contains("is done already", Run([.. Sampled, "eval.sampling.max_seed=4"]).Out, StringComparison.Ordinal);

        using var once = new TinyRun();
        Assert.Equal(0, once.Run([.. Sampled, "eval.sampling.max_seed=5"]).Code);
        var files = Directory.GetFiles(once.Path(Folder)).Select(file => Path.GetFileName(file)).ToList();
        Assert.Equal(6, files.Count);                          // with the provenance
        Assert.All(
            files.Where(file => file != Provenance.FileName),
            file => Assert.Equal(File.ReadAllText(once.Path($"{Folder}/{file}")), File.ReadAllText(run.Path($"{Folder}/{file}"))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_an_interruption_left_is_taken_over_but_where_all_begins_anew(bool fresh)
    {
        Interrupted(Stage, Greedy);
        var (_, error) = Run(fresh ? [.. Stage, "--fresh"] : Stage);
        Assert.Equal(!fresh, error.Contains(TakenOver, StringComparison.Ordinal));
        Assert.False(File.Exists(run.Path(Greedy + ".partial")));
    }

    [Fact]
    public void What_began_anew_and_was_interrupted_goes_on_although_it_was_done_before()
    {
        Answers(Stage);
        Interrupted([.. Stage, "--fresh"], Greedy);
        Assert.Contains(TakenOver, Run(Stage).Error, StringComparison.Ordinal);
        Assert.Equal(Done, Run(Stage).Out);
    }

    // The journal is beside the first file that was missing then.
    [Fact]
    public void What_an_interruption_left_beside_any_sample_goes_when_all_begins_anew()
    {
        Answers([.. Sampled, "eval.sampling.max_seed=1"]);
        Interrupted([.. Sampled, "eval.sampling.max_seed=3"], Folder + "/seed_1-t_0.7.json");
        Answers([.. Sampled, "eval.sampling.max_seed=3", "--fresh"]);
        Assert.Empty(Directory.GetFiles(run.Path(Folder), "*.partial"));
    }

    [Fact]
    public void What_a_run_has_answered_is_known()
    {
        Assert.Equal(0, run.Run(TinyRun.Loop("--until", "sample sft-0")).Code);
        string[] same =
        [
            "generate", "--config-path", "exp_config/tiny", "+data.split=train", "eval.mode=sampling", "eval.max_new_tokens=64"
        ];
        Assert.Contains("is done already", Run([.. same, "eval.sampling.max_seed=3"]).Out, StringComparison.Ordinal);
        Assert.Contains("  3 of 4 samples are there already", Run([.. same, "eval.sampling.max_seed=4"]).Error, StringComparison.Ordinal);
    }

    // As though it had died behind the third answer, at no moment in particular: a folder is where the file is to be written, and of the
    // journal that it leaves then only the first lines stay.
    private void Interrupted(string[] arguments, string output)
    {
        var (file, aside) = (run.Path(output), run.Path("aside"));
        var was = File.Exists(file);
        if (was)
        {
            File.Move(file, aside);
        }

        Directory.CreateDirectory(file);
        Assert.Equal(2, run.Run(arguments).Code);
        Directory.Delete(file);
        if (was)
        {
            File.Move(aside, file);
        }

        var journal = file + ".partial";
        File.WriteAllLines(journal, File.ReadLines(journal).Take(4).ToArray());
    }

    private void Answers(string[] arguments) => Assert.Contains("answers are right", Run(arguments).Out, StringComparison.Ordinal);

    private (string Out, string Error) Run(string[] arguments)
    {
        var (code, output, error) = run.Run(arguments);
        Assert.True(code == 0, error);
        return (output, error);
    }

    // What a kill between a file and the end of its journal leaves.
    private void LeaveJournal(string file) => File.WriteAllText(run.Path($"{Folder}/{file}.partial"), "\"key\"\n");

    private string[] Journals() => Directory.GetFiles(run.Path(Folder), "*.partial");
}
