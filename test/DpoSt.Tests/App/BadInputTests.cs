using System.Diagnostics;
using DpoSt.Parallel;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.App;

/// <summary>What a user gets wrong is one sentence that says what and where, exit code 2, and a folder that is as it was.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string Labelled = "model_outputs/tiny/sft-0/train/train_dpo_data.jsonl";
    private readonly TinyRun run = new();

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData("data.train_data_path", "train")]
    [InlineData("data.pool_path", "pool")]
    [InlineData("data.test_data_path", "test")]
    [InlineData("data.ood_data_path", "other")]
    public void A_missing_data_file_of_the_loop(string key, string name) =>
        Refused(
            TinyRun.Loop($"{key}=data/{name}-none.jsonl"), run.Path($"data/{name}-none.jsonl"), "there is no such file",
            "JSON lines, a JSON list, CSV or parquet");

    [Fact]
    public void All_missing_data_files_of_the_loop_are_named_together() =>
        Refused(
            TinyRun.Loop("--dry-run", "data.pool_path=data/none.jsonl", "data.test_data_path=data/neither.jsonl"),
            "data/neither.jsonl, data/none.jsonl: there are no such files", "data.pool_path");

    [Fact]
    public void A_missing_data_file_of_a_stage()
    {
        Refused(Stage("sft", "data.data_path=data/none.jsonl"), run.Path("data/none.jsonl"), "there is no such file");
        Refused(
            Stage("eval-greedy", "+data.split=test"), run.Path("model_outputs/tiny/sft-0/test/greedy_decode.json"),
            "there is no such file");
        Refused(Stage("make-dpo-data", "dpo-1", ["model.model_path=base"]), run.Path(Labelled), "there is no such file");
    }

    [Fact]
    public void A_missing_model_folder()
    {
        Refused(Stage("sft", "model.model_path=nowhere"), run.Path("nowhere"), "there is no such model folder", "model.model_path");
        Refused(TinyRun.Loop("model.model_path=nowhere"), run.Path("nowhere"), "there is no such model folder");
    }

    [Theory]
    [InlineData("{\"question\": \"How many?\", \"answer\": \"2\n", "data/bad.jsonl:1:", "the line is not JSON")]
    [InlineData("[{\"question\": \"How many?\", \"answer\": \"#### 2 or 3\"}]\n", "data/bad.jsonl:row:1:", "\"2 or 3\"")]
    [InlineData("\n\n  \n", "data/bad.jsonl", "holds no problem", "expected lines like")]
    [InlineData("\n{\"question\": \"How many?\", \"answer\": \"Some.\"}\n", "data/bad.jsonl:2:", "is \"Some.\"",
        "not one number, behind \"####\"")]
    [InlineData(
        "{\"question\": \"How many?\", \"answer\": \"#### 2\", \"ans\": \"two\"}\n", "data/bad.jsonl:1:", "the gold answer is \"two\"")]
    public void A_broken_data_set(string text, params string[] says)
    {
        File.WriteAllText(run.Path("data/bad.jsonl"), text);
        Refused(Stage("generate", "data.train_data_path=data/bad.jsonl"), says);
        Refused(TinyRun.Loop("data.train_data_path=data/bad.jsonl"), says);
    }

    [Fact]
    public void Nothing_to_train_on()
    {
        File.WriteAllText(run.Path("data/empty.jsonl"), "");
        Refused(Stage("sft", "data.data_path=data/empty.jsonl"), run.Path("data/empty.jsonl"), "no row to train on", "expected lines like");
        Write("model_outputs/tiny/sft-0/train/train_dpo_processed.jsonl", "");
        Refused(
            Stage("dpo", "dpo-1", ["model.model_path=base"]), run.Path("model_outputs/tiny/sft-0/train/train_dpo_processed.jsonl"),
            "no pair to learn from", "dpost make-dpo-data");
    }

    [Fact]
    public void No_question_with_both_a_right_and_a_wrong_answer()
    {
        Write(Labelled, """
            {"question": "How many?", "gold_ans": "#### 2", "positives": ["2\n#### 2"], "negatives": []}
            {"question": "How few?", "gold_ans": null, "positives": [], "negatives": ["#### 2"]}
            """);
        Refused(
            Stage("make-dpo-data", "dpo-1", ["model.model_path=base"]), run.Path(Labelled),
            "no question has both a right and a wrong answer", "sample more");
    }

    [Theory]
    [InlineData("[[\"How many?\", \"#### 2\"]]\n", 1, "it has 1 samples, but the data set has 12 questions")]
    [InlineData("[[\"How many?\", \"#### 2\"]]\n", 12, "only 0 of its first 12 lines have the question that stands there")]
    [InlineData(
        "{\"id\": \"0\", \"question\": \"How many?\", \"text\": \"#### 2\"}\n", 1, "the question \"How many?\" is not in the data set")]
    public void Samples_of_other_data(string line, int times, string says)
    {
        Write("model_outputs/tiny/sft-0/test/greedy_decode.json", string.Concat(Enumerable.Repeat(line, times)));
        Refused(Stage("eval-greedy", "+data.split=test"), run.Path("model_outputs/tiny/sft-0/test/greedy_decode.json"), says);
    }

    [Fact]
    public void A_results_file_that_is_no_JSON()
    {
        var questions = File.ReadLines(run.Path("data/test.jsonl"))
            .Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement.GetProperty("question").GetRawText());
        Write(
            "model_outputs/tiny/sft-0/test/greedy_decode.json",
            string.Concat(questions.Select(question => $"[[{question}, \"#### 2\"]]\n")));
        Write("results/tiny.json", "not JSON");
        Refused(Stage("eval-greedy", "+data.split=test"), run.Path("results/tiny.json"), "not a JSON object of results", "move it away");
        Assert.Equal("not JSON", File.ReadAllText(run.Path("results/tiny.json")));
    }

    [Theory]
    [InlineData("sft", "--bogus")]
    [InlineData("run", "--config-nam=x")]
    [InlineData("demo", "--outputs", "x")]
    [InlineData("pretrain", "--output", "x", "--step", "3")]
    [InlineData("calc", "1", "--bogus")]
    public void An_unknown_option_of_a_command(params string[] arguments) =>
        Refused(
            arguments, arguments.First(a => a.StartsWith("--", StringComparison.Ordinal) && a != "--output").Split('=')[0],
            $"see dpost {arguments[0]} --help");

    [Theory]
    [InlineData("trainer.max_step=3", "trainer.max_step", "did you mean trainer.max_steps?")]
    [InlineData("+trainer.max_step=3", "trainer.max_step", "did you mean trainer.max_steps?")]
    [InlineData("trainer.max_steps=many", "trainer.max_steps", "expected a whole number")]
    [InlineData("trainer.lr_scheduler_type=wobbly", "trainer.lr_scheduler_type", "linear")]
    public void A_wrong_key_or_value(string over, params string[] says) => Refused(Stage("sft", over), says);

    [Fact]
    public void A_wrong_key_or_value_in_a_file()
    {
        Write("exp_config/tiny/wrong.yaml", "defaults:\n  - sft-0\n  - _self_\ntrainer:\n  max_step: 3\n");
        Refused(Stage("sft", "wrong", []), "exp_config/tiny/wrong.yaml:5", "trainer.max_step", "did you mean trainer.max_steps?");
        Write("exp_config/tiny/wrong.yaml", "defaults:\n  - sft-0\n  - _self_\ntrainer:\n  max_steps: many\n");
        Refused(Stage("sft", "wrong", []), "exp_config/tiny/wrong.yaml:5", "trainer.max_steps", "expected a whole number");
    }

    [Fact]
    public void A_full_disk_while_a_model_is_written()
    {
        using var disk = SmallDisk.At(run.Path("ft_models"), "1m");
        Refused(
            Stage("sft", "trainer.max_steps=1"), run.Path("ft_models/tiny/sft-0"), "could not be written", "No space left",
            "free some space");
    }

    [Fact]
    public void A_full_disk_while_a_file_is_written()
    {
        using var disk = SmallDisk.At(run.Path("model_outputs"), "64k");
        File.WriteAllBytes(run.Path("model_outputs/ballast"), new byte[64 << 10]);
        Refused(
            Stage("generate", "trainer.output_dir=base", "+data.split=test", "eval.max_new_tokens=2"),
            run.Path("model_outputs/tiny/sft-0/test/greedy_decode.json"),
            "could not be written", "No space left", "free some space");
    }

    private static string[] Stage(string command, params string[] overrides) => Stage(command, "sft-0", overrides);

    private static string[] Stage(string command, string name, string[] overrides) =>
        [command, "--config-path", "exp_config/tiny", "--config-name", name, .. overrides];

    // Empty folders on the way to a file that could not be written are not files; drafts and temporary names would be.
    private string[] Files() => [.. Directory.EnumerateFiles(run.Root, "*", SearchOption.AllDirectories)
        .Concat(Directory.EnumerateDirectories(
            run.Root, "*.tmp*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
        .Order(StringComparer.Ordinal)];

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(run.Path(name))!);
        File.WriteAllText(run.Path(name), text);
    }

    private void Refused(string[] arguments, params string[] says)
    {
        var before = Files();
        var (code, output, error) = run.Run(arguments);
        var sentence = error.TrimEnd('\n').Split('\n')[^1];
        Assert.True((code, output) == (2, ""), $"code {code}, {output}{error}");
        Assert.All(says, part => Assert.Contains(part, sentence, StringComparison.Ordinal));
        Assert.EndsWith(sentence.EndsWith('?') ? "?" : ".", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    /// <summary>A file system in memory of a given size; needs the right to mount.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string folder;

        private SmallDisk(string folder) => this.folder = folder;

        public static SmallDisk At(string folder, string size)
        {
            Directory.CreateDirectory(folder);
            Assert.SkipUnless(
                OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder) == 0,
                "a small disk can only be mounted on Linux with root's rights");
            return new SmallDisk(folder);
        }

        public void Dispose() => Run("umount", folder);

        private static int Run(string program, params string[] arguments)
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.WaitForExit();
            return process.ExitCode;
        }
    }
}
