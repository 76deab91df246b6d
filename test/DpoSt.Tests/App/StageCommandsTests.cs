using DpoSt.Data;
using DpoSt.Data.ReferenceFormats;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.App;

public sealed class StageCommandsTests : IDisposable
{
    private const string Greedy = "model_outputs/tiny/sft-0/test/greedy_decode.json";
    private static readonly string[] Test = ["--config-path", "exp_config/tiny", "+data.split=test"];
    private readonly TinyRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void Several_processes_of_a_launch_file_and_ignored_keys_are_said_once()
    {
        var file = SharedFolder.Path("reference-configs", "acc_config", "ddp8.yaml");
        WriteReference(run.Path(Greedy), Problems());
        var (code, _, error) = run.Run(["eval-greedy", .. Test, "--launch", file, "+trainer.report_to=wandb", "+trainer.tf32=true"]);
        Assert.Equal(0, code);
        Assert.StartsWith(
            "exp_config/tiny/sft-0.yaml: trainer.report_to, trainer.tf32 have no meaning here and are ignored.\n"
            + $"{file} asks for 8 processes, but one is used so far: for the same batch multiply trainer.gradient_accumulation_steps by "
            + "8.\n",
            error, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_are_written_and_read_as_the_reference_does()
    {
        string[] few = ["trainer.output_dir=base", "eval.max_new_tokens=8"];
        Assert.Equal(0, run.Run(["generate", .. Test, .. few, "--format", "reference"]).Code);
        var problems = Problems();
        Assert.Equal(problems.Select(p => p.Question), SampleFile.Read(run.Path(Greedy)).Select(s => s.Question));
        Assert.StartsWith("[[\"", File.ReadAllText(run.Path(Greedy)), StringComparison.Ordinal);
        var (code, output, _) = run.Run(["eval-greedy", .. Test, "--format", "dpost"]);
        Assert.Equal((2, ""), (code, output));

        WriteReference(run.Path(Greedy), problems);
        Assert.Contains(
            $"sft-0 on test: 6 of {problems.Count} right", run.Run(["eval-greedy", .. Test, "--format", "reference"]).Out,
            StringComparison.Ordinal);
    }

    // As the paper's code leaves them: Llama's questions within their prompt, every other answer right, a last batch filled up.
    private static void WriteReference(string path, IReadOnlyList<Problem> problems) =>
        SampleFile.Write(path, problems.Concat(problems.Take(3)).Select((p, i) =>
            new Sample(
                $"### Instruction:\n{p.Question}\n\n### Response:\n",
                $"#### {(i % 2 == 0 && i < problems.Count ? p.Ans : p.Ans + 1)}")));

    private IReadOnlyList<Problem> Problems() => ProblemSet.Load(run.Path("data/test.jsonl"));
}
