using DpoSt.Models;
using DpoSt.Tests.Models;
using DpoSt.Tests.Tensors;
using DpoSt.Training;
using DpoSt.Training.Metrics;
using DpoSt.Training.Objectives;
using DpoSt.Training.Resuming;

namespace DpoSt.Tests.Training.Resuming;

/// <summary>Resume to the bit: the oracle is always the same run without an interruption.</summary>
public sealed class ResumeStatesTests
{
    private const long Steps = 11;
    private static readonly ResumePolicy EveryTwo = new() { Steps = new StepInterval(2) };
    private static readonly TokenBatch Data = TinyModels.Batch(7, 16);

    [Theory]
    [InlineData("t5")]
    [InlineData("t5-relu-tied")]
    [InlineData("llama")]
    public void Stopped_anywhere_and_resumed_the_losses_and_weights_are_the_same_bits(string kind)
    {
        var whole = new Recorded(kind);
        whole.Train(null);
        using var folder = new TemporaryFolder();
        foreach (var stop in (long[])[1, 4, 5, 9])
        {
            var stopped = new Recorded(kind);
            stopped.Train(folder, stopAfter: stop);
            Assert.IsType<OperationCanceledException>(stopped.Ended);
        }

        var resumed = new Recorded(kind);
        resumed.Train(folder);
        Assert.Contains("resumed after step 9", Assert.Single(resumed.Told), StringComparison.Ordinal);
        resumed.EndsAs(whole);
        Assert.Equal(whole.Lines.Where(l => l.Step > 9).Select(Exact), resumed.Lines.Select(Exact));
    }

    [Fact]
    public void A_log_line_that_spans_an_interruption_is_the_mean_of_all_its_steps()
    {
        var whole = new Recorded("t5") { LogEvery = 4 };
        whole.Train(null);
        using var folder = new TemporaryFolder();
        new Recorded("t5") { LogEvery = 4 }.Train(folder, stopAfter: 6);
        var resumed = new Recorded("t5") { LogEvery = 4 };
        resumed.Train(folder);
        Assert.Equal([8, 11], resumed.Lines.Select(l => l.Step));
        Assert.Equal(whole.Lines.Where(l => l.Step > 6).Select(Exact), resumed.Lines.Select(Exact));
    }

    [Fact]
    public void The_clock_may_jump_what_counts_is_the_step()
    {
        var whole = new Recorded("t5");
        whole.Train(null);
        using var folder = new TemporaryFolder();
        new Recorded("t5").Train(folder, EveryTwo with { Kept = 3 }, stopAfter: 7);
        foreach (var (name, year) in (IEnumerable<(string, int)>)[("checkpoint-7", 1981), ("checkpoint-6", 2081), ("checkpoint-4", 2040)])
        {
            var when = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc);
            foreach (var file in Directory.EnumerateFiles(folder.File(name)))
            {
                File.SetLastWriteTimeUtc(file, when);
            }

            Directory.SetLastWriteTimeUtc(folder.File(name), when);
        }

        var resumed = new Recorded("t5");
        resumed.Train(folder);
        Assert.Contains("resumed after step 7", Assert.Single(resumed.Told), StringComparison.Ordinal);
        resumed.EndsAs(whole);
    }

    [Theory]
    [InlineData("training_state.safetensors", true)]
    [InlineData("training_state.safetensors", false)]
    [InlineData("training_state.json", true)]
    [InlineData("training_state.json", false)]
    [InlineData("SHA256SUMS", true)]
    [InlineData("SHA256SUMS", false)]
    public void A_truncated_or_bit_flipped_checkpoint_is_noticed_and_the_one_before_is_used(string file, bool truncates)
    {
        var whole = new Recorded("t5");
        whole.Train(null);
        using var folder = new TemporaryFolder();
        new Recorded("t5").Train(folder, stopAfter: 7);
        Damage(folder.File($"checkpoint-7/{file}"), truncates);

        var resumed = new Recorded("t5");
        resumed.Train(folder);
        Assert.Equal(2, resumed.Told.Count);
        Assert.Contains("checkpoint-7 is damaged", resumed.Told[0], StringComparison.Ordinal);
        Assert.Contains("resumed after step 6", resumed.Told[1], StringComparison.Ordinal);
        resumed.EndsAs(whole);
    }

    [Fact]
    public void Where_no_checkpoint_is_whole_training_starts_from_the_beginning()
    {
        var whole = new Recorded("llama");
        whole.Train(null);
        using var folder = new TemporaryFolder();
        new Recorded("llama").Train(folder, stopAfter: 5);
        foreach (var path in Directory.GetDirectories(folder.Root))
        {
            File.Delete(Path.Combine(path, "training_state.safetensors"));
        }

        var resumed = new Recorded("llama");
        resumed.Train(folder);
        Assert.Equal(Steps, resumed.Lines.Count);
        resumed.EndsAs(whole);
    }

    [Fact]
    public void Checkpoints_of_another_run_are_not_used()
    {
        using var folder = new TemporaryFolder();
        new Recorded("t5").Train(folder, stopAfter: 5);
        var metrics = new MetricsFile(folder.File(MetricsFile.Name));
        metrics.Write(4, [new("loss", 0.5)]);
        folder.File(EventFile.Prefix + "1", "mine");
        var other = new Recorded("t5");
        other.Train(folder, key: "another run");
        Assert.Empty(MetricsFile.Read(metrics.Path));
        metrics.Write(4, [new("loss", 0.25)]);
        Assert.Empty(EventFile.In(folder.Root));
        folder.File(EventFile.Prefix + "2", "another's");
        Assert.Contains("belongs to other options", Assert.Single(other.Told), StringComparison.Ordinal);
        Assert.Equal(Steps, other.Lines.Count);

        // They and the metrics before them wait for their run, whatever happens meanwhile.
        new Recorded("t5").Train(folder, stopAfter: 5, key: "a third run");
        var own = new Recorded("t5");
        own.Train(folder);
        Assert.Contains("resumed after step 5", own.Told[^1], StringComparison.Ordinal);
        Assert.Equal(Steps - 5, own.Lines.Count);
        Assert.Equal(0.5, Assert.Single(MetricsFile.Read(metrics.Path))["loss"]);
        Assert.Equal("mine", File.ReadAllText(Assert.Single(EventFile.In(folder.Root))));
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_read_now_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        new Recorded("t5").Train(folder, stopAfter: 5);
        var sums = folder.File("checkpoint-5/SHA256SUMS");
        File.Delete(sums);
        Directory.CreateDirectory(sums);
        var error = Assert.Throws<UserErrorException>(() => new Recorded("t5").Train(folder));
        Assert.Equal($"{folder.File("checkpoint-5")}: the resume state cannot be read (permission is denied); see to that and run again, "
            + "or start over with --fresh.",
            error.Message);
        Assert.True(File.Exists(folder.File("checkpoint-5/training_state.safetensors")));
    }

    [Fact]
    public void One_that_cannot_be_written_ends_no_training_and_an_interruption_says_so()
    {
        using var folder = new TemporaryFolder();
        folder.File("checkpoint-4", "a file, which no folder can replace");
        var going = new Recorded("t5");
        going.Train(folder, new ResumePolicy { Steps = new StepInterval(4) }, stopAfter: 6);
        Assert.IsType<OperationCanceledException>(going.Ended);
        Assert.Contains("no resume state could be written after step 4 (", going.Told[0], StringComparison.Ordinal);
        Assert.EndsWith("): training goes on without it.", going.Told[0], StringComparison.Ordinal);

        var ended = new Recorded("t5");
        folder.File("checkpoint-9", "another");
        ended.Train(folder, new ResumePolicy(), stopAfter: 9);
        var error = Assert.IsType<UserErrorException>(ended.Ended).Message;
        Assert.StartsWith("interrupted, and no resume state could be written after step 9 (", error, StringComparison.Ordinal);
        Assert.EndsWith(
            "): training goes on from the one before it next time, or starts again where there is none.", error, StringComparison.Ordinal);
        var resumed = new Recorded("t5");
        resumed.Train(folder);
        Assert.Contains(resumed.Told, told => told.Contains("resumed after step 6", StringComparison.Ordinal));
    }

    [Fact]
    public void The_last_few_are_kept_and_drafts_of_killed_writers_go()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File(".checkpoint-4.0.tmp"));
        new Recorded("t5").Train(folder, EveryTwo with { Kept = 3 });
        Assert.Equal(["checkpoint-10", "checkpoint-6", "checkpoint-8"], Names(folder));
    }

    [Fact]
    public void A_checkpoint_is_due_at_the_end_of_an_epoch_or_by_the_clock()
    {
        using var epochs = new TemporaryFolder();
        new Recorded("t5").Train(epochs, new ResumePolicy { Steps = new StepInterval(EndOfEpoch: true) });
        Assert.Equal(["checkpoint-4", "checkpoint-8"], Names(epochs));       // 16 rows, 4 a step
        using var clock = new TemporaryFolder();
        new Recorded("t5").Train(clock, new ResumePolicy { Interval = TimeSpan.Zero });
        Assert.NotEmpty(Names(clock));
        using var none = new TemporaryFolder();
        new Recorded("t5").Train(none, new ResumePolicy());
        Assert.Empty(Names(none));
    }

    [Fact]
    public void A_step_that_diverges_stops_the_run_and_its_batch_can_be_looked_at()
    {
        using var folder = new TemporaryFolder();
        var run = new Recorded("t5");
        run.Poison();
        var error = Assert.Throws<UserErrorException>(() => run.Train(folder));
        Assert.Contains("diverged-1.json", error.Message, StringComparison.Ordinal);
        var batches = System.Text.Json.JsonSerializer.Deserialize<TokenBatch[]>(File.ReadAllText(folder.File("diverged-1.json")))!;
        Assert.Equal(4, batches.Sum(b => b.Completions.Count));
        Assert.All(batches, batch =>
            Assert.All(batch.Examples.Zip(batch.Completions), row => Assert.Equal(Data.Completions[(int)row.First], row.Second)));
    }

    private static IEnumerable<string?> Names(TemporaryFolder folder) =>
        Directory.GetDirectories(folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private static void Damage(string file, bool truncates)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, truncates ? bytes[..(bytes.Length / 2)] : bytes);
    }

    private static (long, double, double, double) Exact(TrainingLine line) => (line.Step, line.Loss, line.LearningRate, line.GradNorm);

    /// <summary>A run of three micro-batches a step with dropout, whose lines and final weights are kept.</summary>
    private sealed class Recorded(string kind)
    {
        private readonly ILanguageModel model = TinyModels.New(kind, 3);

        public int LogEvery { get; init; } = 1;

        public Exception? Ended { get; private set; }

        public List<TrainingLine> Lines { get; } = [];

        public List<string> Told { get; } = [];

        public void Train(TemporaryFolder? folder, long? stopAfter = null, string key = "this run") =>
            Train(folder, EveryTwo, stopAfter, key);

        public void Train(TemporaryFolder? folder, ResumePolicy policy, long? stopAfter = null, string key = "this run")
        {
            using var cancel = new CancellationTokenSource();
            var order = new BatchOrder([.. Data.Completions.Select(c => (0, c.Length))], batchSize: 4, microBatch: 2, window: 2, seed: 5);
            var schedule = new LearningRateSchedule("cosine_with_min_lr", 1e-3, Steps, 2, 0.1);
            var options = new TrainerOptions(Steps, schedule, new AdamWOptions(), MaxGradNorm: 1, Dropout: 0.1, Seed: 9, LogEvery);
            var checkpoints = folder is null
                ? null
                : new ResumeStates(folder.Root, key, policy, order.StepsPerEpoch, new MetricsFile(folder.File(MetricsFile.Name)), Told.Add);
            void Tick(long step)
            {
                if (step == stopAfter)
                {
                    cancel.Cancel();
                }
            }

            void Run() => new Trainer<TokenBatch>(model.Parameters, new SftObjective(model), options).Run(step => [
                    .. order.At(step).Chunk(2)
                        .Select(rows => TokenBatch.Of([.. rows.Select(i => (Data.Prompts[i], Data.Completions[i], (long)i))]))
                ], Lines.Add, Tick, cancel.Token, checkpoints);

            if (stopAfter is null)
            {
                Run();
            }
            else
            {
                Ended = Record.Exception(Run);
            }
        }

        public void Poison()
        {
            using var _ = TorchSharp.torch.no_grad();
            model.Parameters["head"].fill_(double.NaN);
        }

        public void EndsAs(Recorded other) =>
            Assert.All(model.Parameters.Buffers.Zip(other.model.Parameters.Buffers), pair =>
                KernelCheck.Same(pair.First.Values, pair.Second.Values));
    }
}
