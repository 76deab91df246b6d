using System.Collections.Concurrent;
using System.Text;
using DpoSt.App.Console;
using DpoSt.Runs;

namespace DpoSt.Tests.App;

/// <summary>Somebody who stops a stage that takes its time is told that it will.</summary>
public sealed class StageProgressTests
{
    private const string Stopping = "Ctrl-C again ends it at once";

    [Fact]
    public void A_stage_that_takes_a_while_to_stop_says_so_once()
    {
        using var lines = new BlockingCollection<string>();
        using var cancel = new CancellationTokenSource();
        var console = new CommandConsole(Stream.Null, TextWriter.Null, new TakenWriter(lines), cancel.Token);
        var said = StageProgress.Watch(console, reporter =>
        {
            reporter.Begin("sft-0", "fine-tune", 2, "steps");
            cancel.Cancel();
            var times = 0;
            // Twice as long as until the first time, to see that there is no second one.
            while (lines.TryTake(out var text, times == 0 ? TimeSpan.FromMinutes(1) : TimeSpan.FromSeconds(2)))
            {
                times += text.Contains(Stopping, StringComparison.Ordinal) ? 1 : 0;
            }

            return times;
        });
        Assert.Equal(1, said);
    }

    [Fact]
    public void A_stage_that_stops_at_once_says_only_how_far_it_came()
    {
        var text = Stopped(reporter =>
        {
            reporter.Begin("sft-0", "fine-tune", 2, "steps");
            reporter.Advance(1);
        });
        Assert.Contains("sft-0 stopped at 1 of 2 steps", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Stopping, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_has_its_own_count_and_the_stage_goes_on_with_its_own()
    {
        var text = Stopped(reporter =>
        {
            reporter.Begin("dpo-1", "DPO", 30, "steps");
            reporter.Part("pairs scored", 5, 9);
            reporter.Advance(2);
            reporter.Part("batches evaluated", 1, 1);
        });
        Assert.Contains("dpo-1 stopped at 2 of 30 steps", text, StringComparison.Ordinal);
    }

    // What is said of a stage that Ctrl-C ends at once.
    private static string Stopped(Action<IStageReporter> work)
    {
        using var lines = new BlockingCollection<string>();
        using var cancel = new CancellationTokenSource();
        var console = new CommandConsole(Stream.Null, TextWriter.Null, new TakenWriter(lines), cancel.Token);
        Assert.Throws<OperationCanceledException>(() => StageProgress.Watch<int>(console, reporter =>
        {
            work(reporter);
            cancel.Cancel();
            throw new OperationCanceledException(cancel.Token);
        }));
        return string.Concat(lines);
    }

    // Hands over what is written, from whichever thread.
    private sealed class TakenWriter(BlockingCollection<string> lines) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => lines.Add(value.ToString());

        public override void Write(string? value) => lines.Add(value ?? "");
    }
}
