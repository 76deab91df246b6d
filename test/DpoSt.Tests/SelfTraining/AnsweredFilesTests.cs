namespace DpoSt.Tests.SelfTraining;

/// <summary>Answers that are done stay, as long as they are what the command would write.</summary>
public sealed class AnsweredFilesTests : IDisposable
{
    private const string Folder = "model_outputs/tiny/sft-0/test";
    private const string Greedy = Folder + "/greedy_decode.json";
    private const string Done = Greedy + " holds these answers already; --fresh answers again\n";
    private const string TakenOver = "answers are there already, from a start that was interrupted";

    private static readonly string[] Stage =
        ["generate", "--config-path", "exp_config/tiny", "trainer.output_dir=base", "+data.split=test", "eval.max_new_tokens=8"];

    private static readonly string[] Slow = [.. Stage[..^1], "eval.max_new_tokens=200", "+eval.slots=1"];
    private static readonly string[] Sampled = [.. Stage, "eval.mode=sampling"];
    private readonly TinyRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void Done_answers_stay_until_something_they_depend_on_changes()
    {
        Answers(Stage);
        var first = File.ReadAllText(run.Path(Greedy));
        Assert.Equal((Done, "generate sft-0  done already\n"), Run(Stage));
        Answers([.. Stage, "--fresh"]);
        Assert.Equal(first, File.ReadAllText(run.Path(Greedy)));

        File.AppendAllText(run.Path(Greedy), "\n");
        Answers(Stage);
        Assert.Equal(first, File.ReadAllText(run.Path(Greedy)));
        File.AppendAllText(run.Path(Greedy), "\n");
        Assert.Contains("  1 file of answers there may be of another model", Run(Stage).Error, StringComparison.Ordinal);
        File.Delete(run.Path(Greedy));
        Answers(Stage);
        Answers([.. Stage, "eval.max_new_tokens=9"]);
        Answers([.. Stage, "--format", "reference"]);
        Answers(Stage);

        File.AppendAllText(run.Path("data/test.jsonl"), File.ReadLines(run.Path("data/ood.jsonl")).First() + "\n");
        Answers(Stage);
        using (var weights = new FileStream(run.Path("base/model.safetensors"), FileMode.Open))
        {
            weights.Seek(-1, SeekOrigin.End);
            weights.WriteByte(0);
        }

        string[] count = ["eval-greedy", .. Stage[1..]];
        Assert.Contains("  answers in 1 of 1 file are of another model than lies in base now", Run(count).Error, StringComparison.Ordinal);
        Answers(Stage);
        Assert.DoesNotContain("another model", Run(count).Error, StringComparison.Ordinal);
        Assert.Equal(Done, Run(Stage).Out);

        var ledger = run.Path(Folder + "/answers.ledger.json");
        File.WriteAllText(ledger, "{");
        var (code, _, error) = run.Run(Stage);
        Assert.Equal((2, ledger + " is no ledger of what is done: remove it, and all that it would tell of is done again.\n"), (code, error));
    }

    [Fact]
    public void Only_samples_that_are_not_there_are_drawn_and_they_are_those_of_one_command()
    {
        Answers([.. Sampled, "eval.sampling.max_seed=2"]);
        var (output, error) = Run([.. Sampled, "eval.sampling.max_seed=5"]);
        Assert.Contains("  2 of 5 samples are there already\n", error, StringComparison.Ordinal);
        Assert.Contains("of 36 answers are right", output, StringComparison.Ordinal);
        Assert.Contains("holds these answers already", Run([.. Sampled, "eval.sampling.max_seed=4"]).Out, StringComparison.Ordinal);

        using var once = new TinyRun();
        Assert.Equal(0, once.Run([.. Sampled, "eval.sampling.max_seed=5"]).Code);
        var files = Directory.GetFiles(once.Path(Folder)).Select(file => Path.GetFileName(file)).ToList();
        Assert.Equal(6, files.Count);                          // with the ledger
        Assert.All(files, file => Assert.Equal(File.ReadAllText(once.Path($"{Folder}/{file}")), File.ReadAllText(run.Path($"{Folder}/{file}"))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_an_interruption_left_is_taken_over_but_where_all_begins_anew(bool fresh)
    {
        Interrupted(Slow, Greedy);
        var (_, error) = Run(fresh ? [.. Slow, "--fresh"] : Slow);
        Assert.Equal(!fresh, error.Contains(TakenOver, StringComparison.Ordinal));
        Assert.False(File.Exists(run.Path(Greedy + ".partial")));
    }

    [Fact]
    public void What_began_anew_and_was_interrupted_goes_on_although_it_was_done_before()
    {
        Answers(Slow);
        Interrupted([.. Slow, "--fresh"], Greedy);
        Assert.Contains(TakenOver, Run(Slow).Error, StringComparison.Ordinal);
        Assert.Equal(Done, Run(Slow).Out);
    }

    // The journal lies beside the first file that was missing then.
    [Fact]
    public void What_an_interruption_left_beside_any_sample_goes_when_all_begins_anew()
    {
        string[] slow = [.. Slow, "eval.mode=sampling"];
        Answers([.. slow, "eval.sampling.max_seed=1"]);
        Interrupted([.. slow, "eval.sampling.max_seed=3"], Folder + "/seed_1-t_0.7.json");
        Answers([.. slow, "eval.sampling.max_seed=3", "--fresh"]);
        Assert.Empty(Directory.GetFiles(run.Path(Folder), "*.partial"));
    }

    [Fact]
    public void What_a_run_has_answered_is_known()
    {
        Assert.Equal(0, run.Run(TinyRun.Loop("--until", "sample sft-0")).Code);
        string[] same = ["generate", "--config-path", "exp_config/tiny", "+data.split=train", "eval.mode=sampling", "eval.max_new_tokens=64"];
        Assert.Contains("holds these answers already", Run([.. same, "eval.sampling.max_seed=3"]).Out, StringComparison.Ordinal);
        Assert.Contains("  3 of 4 samples are there already", Run([.. same, "eval.sampling.max_seed=4"]).Error, StringComparison.Ordinal);
    }

    // Dies behind the third answer, one being made at a time.
    private void Interrupted(string[] arguments, string output)
    {
        Directory.CreateDirectory(run.Path(Folder));
        using var process = run.Start(arguments);
        while (!process.HasExited && Lines(run.Path(output + ".partial")) <= 3)
        {
            Thread.Sleep(1);
        }

        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        Assert.True(File.Exists(run.Path(output + ".partial")), "it was done, or failed, before it could be stopped");
    }

    private static int Lines(string path)
    {
        try
        {
            return File.ReadAllText(path).Count(c => c == '\n');
        }
        catch (IOException)
        {
            return 0;                                          // not there yet
        }
    }

    private void Answers(string[] arguments) => Assert.Contains("answers are right", Run(arguments).Out, StringComparison.Ordinal);

    private (string Out, string Error) Run(string[] arguments)
    {
        var (code, output, error) = run.Run(arguments);
        Assert.True(code == 0, error);
        return (output, error);
    }
}
