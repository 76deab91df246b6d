using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Generation;
using DpoSt.Tests.SelfTraining;
using DpoSt.Verification;

namespace DpoSt.Tests.Answering;

public sealed class AnswerJournalTests : IDisposable
{
    private static readonly AnswerOptions Options = new(200, true, new GenerationOptions(24, 5, null, 0.8, 50, 1, 3));
    private static readonly int[] Samples = [0, 1, 2];
    private readonly TinyRun run = new();
    private readonly List<string> notes = [];

    private string Output => run.Path("out/answers.json");

    private string Partial => Output + ".partial";

    public void Dispose() => run.Dispose();

    [Fact]
    public void What_an_interruption_left_is_not_answered_again_and_the_answers_are_the_same()
    {
        using var bundle = ModelBundle.Load(
            run.Path("base"), new(), Silent.Context(cancel: TestContext.Current.CancellationToken), toRead: true);
        var whole = Answer(bundle, Options, null);
        Interrupt(bundle);
        Assert.False(File.Exists(Output));
        var kept = File.ReadLines(Partial).Count() - 1;
        Assert.InRange(kept, 11, 15);                              // the step that was cancelled may have ended more rows
        var resumed = Answer(bundle, Options, Output);
        Assert.Equal(
            whole.Select(c => (c.ProblemId, c.Sample, c.Text, c.Verdict, c.LogProb)),
            resumed.Select(c => (c.ProblemId, c.Sample, c.Text, c.Verdict, c.LogProb)));
        Assert.Equal([$"  {kept} of 36 answers are there already, from a start that was interrupted"], notes);

        // What the journal says is what is taken.
        Interrupt(bundle);
        File.WriteAllText(Partial, File.ReadAllText(Partial).Replace("\"Text\":\"", "\"Text\":\"kept ", StringComparison.Ordinal));
        Assert.Equal(
            File.ReadLines(Partial).Count() - 1,
            Answer(bundle, Options, Output).Count(c => c.Text.StartsWith("kept ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_torn_line_costs_one_answer_and_another_sampling_starts_over()
    {
        using var bundle = ModelBundle.Load(
            run.Path("base"), new(), Silent.Context(cancel: TestContext.Current.CancellationToken), toRead: true);
        Interrupt(bundle);
        var text = File.ReadAllText(Partial);
        File.WriteAllText(Partial, text[..^7]);
        _ = Answer(bundle, Options, Output);
        Assert.StartsWith($"  {text.Count(c => c == '\n') - 2} of 36", Assert.Single(notes), StringComparison.Ordinal);
        notes.Clear();
        var hotter = Options with { Decoding = Options.Decoding with { Temperature = 0.7 } };
        foreach (var (content, options) in new[] { (text, hotter), ("\0\0\0 no json", Options), ("", Options) })
        {
            File.WriteAllText(Partial, content);
            _ = Answer(bundle, options, Output);
        }

        Assert.EndsWith("until this is done", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void The_answers_of_other_options_wait_and_come_back()
    {
        using var bundle = ModelBundle.Load(
            run.Path("base"), new(), Silent.Context(cancel: TestContext.Current.CancellationToken), toRead: true);
        Interrupt(bundle);
        var kept = File.ReadAllText(Partial);
        _ = Answer(bundle, Options with { Decoding = Options.Decoding with { Temperature = 0.7 } }, Output);
        Assert.Equal(kept, File.ReadAllText(Assert.Single(Directory.GetFiles(run.Path("out"), "*.of-????????.partial"))));
        notes.Clear();
        _ = Answer(bundle, Options, Output);
        Assert.Contains(notes, note => note.EndsWith("from a start that was interrupted", StringComparison.Ordinal));
        using var journal = new AnswerJournal(Output, _ => { });
        journal.Remove();
        Assert.Empty(Directory.GetFiles(run.Path("out"), "*.partial"));
    }

    [Fact]
    public void Journals_of_other_outputs_stay()
    {
        using var folder = new TemporaryFolder();
        string[] own =
        [
            folder.File("out.partial", ""), folder.File("out.0-of-12.partial", "")
        ], others = [folder.File("out2.partial", ""), folder.File("out.json.partial", "")];
        using var journal = new AnswerJournal(folder.File("out"), _ => { });
        journal.Remove();
        Assert.Equal(others.Order(StringComparer.Ordinal), Directory.GetFiles(folder.Root).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(own, File.Exists);
    }

    [Fact]
    public void A_stage_that_is_done_leaves_no_journal()
    {
        string[] stage =
        [
            "generate", "--config-path", "exp_config/tiny", "+data.split=test", "trainer.output_dir=base", "eval.max_new_tokens=8"
        ];
        Assert.Equal(0, run.Run([.. stage, "eval.mode=sampling", "eval.sampling.max_seed=2"]).Code);
        Assert.Equal(0, run.Run(stage).Code);
        var files = Directory.GetFiles(run.Path("model_outputs"), "*", SearchOption.AllDirectories);
        Assert.Equal(4, files.Length);                         // with the provenance
        Assert.DoesNotContain(files, file => file.EndsWith(".partial", StringComparison.Ordinal));
    }

    private void Interrupt(ModelBundle bundle)
    {
        if (File.Exists(Partial))
        {
            File.Delete(Partial);
        }

        Assert.Throws<OperationCanceledException>(() => Answer(bundle, Options, Output, 11));
    }

    // Cancels behind the given number of answers.
    private IReadOnlyList<Completion> Answer(ModelBundle bundle, AnswerOptions options, string? output, int answers = int.MaxValue)
    {
        using var cancel = new CancellationTokenSource();
        using var journal = output is null ? null : new AnswerJournal(output, notes.Add);
        var problems = ProblemSet.Load(run.Path("data/test.jsonl"));
        return new Answerer(bundle, Silent.Context(cancel: cancel.Token), Verifiers.Number).Run(problems, Samples, options, journal, done =>
        {
            if (done >= answers)
            {
                cancel.Cancel();
            }
        });
    }
}
