using System.Text.Json;
using DpoSt.Answering;
using DpoSt.Answering.Elsewhere;
using DpoSt.App.Demo;
using DpoSt.Configuration.Sections;
using DpoSt.Generation;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.SelfTraining.Stages;
using DpoSt.Training;

namespace DpoSt.Tests.SelfTraining;

/// <summary>A larger model at a server: what it answers right is learnt.</summary>
public sealed class TeacherTests : IDisposable
{
    private const int Samples = 2;
    private readonly TemporaryFolder folder = new();
    private readonly Silent silent = new();

    public TeacherTests()
    {
        DemoFolder.LayModel(folder.Root);
        // The first has a rationale, the second a bare answer.
        folder.File("train.jsonl", """
            {"question": "2 and 3?", "answer": "2 + 3 = <<2+3=5>>5\n#### 5"}
            {"question": "4 and 3?", "answer": "7"}
            """);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Its_right_answers_become_rows_in_the_model_s_format()
    {
        using var teacher = new FakeTeacher((_, question) => question == "4 and 3?" ? "So 4 + 3 = 7.\n#### 7" : "No idea.\n#### 1");
        Do(Plan(teacher));
        var row = Rows()[1];
        Assert.Equal("4 and 3?", row.GetProperty("question").GetString());
        Assert.Equal("So 4 + 3 = [ 4 + 3 = 7] 7. #### 7", row.GetProperty("answer").GetString());
        Assert.Equal(2, Rows().Length);                            // the gold rationale of the first, no bare answer of the second
        var (asked, messages) = (teacher.Asked, teacher.Asked[0].GetProperty("messages"));
        Assert.Equal(2 * Samples, asked.Select(request => request.GetProperty("seed").GetInt64()).Distinct().Count());
        Assert.Equal("be brief", messages[0].GetProperty("content").GetString());
        Assert.Equal((0.7, 50), (asked[0].GetProperty("temperature").GetDouble(), asked[0].GetProperty("max_tokens").GetInt32()));
        Do(Plan(teacher));
        Assert.Equal(2 * Samples, asked.Count);                    // done already
    }

    [Fact]
    public void What_it_answered_before_it_failed_is_kept()
    {
        using (var failing = new FakeTeacher((n, _) => n < 3 ? "#### 7" : null))
        {
            Assert.Contains("answered 500", Assert.Throws<UserErrorException>(() => Do(Plan(failing))).Message);
        }

        using var again = new FakeTeacher((_, _) => "#### 7");
        Do(Plan(again));
        Assert.Single(again.Asked);
        Assert.Contains(silent.Notes, note => note.Contains("3 of 4 answers are there already", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_is_never_right_and_one_that_is_not_there_are_said()
    {
        using var teacher = new FakeTeacher((_, _) => "I do not know.");
        Do(Plan(teacher));
        Assert.Contains(silent.Notes, note => note.StartsWith("no answer of the teacher is right", StringComparison.Ordinal));
        Assert.Contains(
            "has no model \"other\" (it has large)", Assert.Throws<UserErrorException>(() => Do(Plan(teacher, "other"))).Message);
        Assert.Contains("loop.teacher has no model", Assert.Throws<UserErrorException>(
            () => SamplingServer.Of(new TeacherSection { Server = "http://127.0.0.1:1/v1" })).Message);
        Assert.Contains("loop.teacher.server is \"nowhere\"", Assert.Throws<UserErrorException>(
            () => SamplingServer.Of(new TeacherSection { Server = "nowhere", Model = "m" })).Message);
    }

    private void Do(LoopPlan plan) => new StageRunner(Silent.Context(silent, TestContext.Current.CancellationToken)).Do(
        [.. SelfTrainingLoop.Stages(plan).TakeWhile(stage => stage is not SftStage)], StageSelection.All);

    private JsonElement[] Rows() =>
        [.. File.ReadAllLines(Directory.GetFiles(folder.Root, "train_rft_processed.jsonl", SearchOption.AllDirectories).Single())
            .Select(line => JsonDocument.Parse(line).RootElement)];

    private static AnswerOptions Asking(string address, string model)
    {
        var server = SamplingServer.Of(new TeacherSection { Server = address, Model = model, Concurrency = 1 });
        return new AnswerOptions(0, UseCalculator: false, new GenerationOptions(50, 1, null, 0.7, 0, 1, 3))
        {
            Server = server with { Attempts = 1 },
            Engine = $"teacher {model}",
        };
    }

    private LoopPlan Plan(FakeTeacher teacher, string model = FakeTeacher.Model) => new()
    {
        Folder = new ExperimentFolder("x", folder.File("models"), folder.File("outputs"), folder.File("results.json")),
        BaseModel = folder.File("base"),
        TrainFile = folder.File("train.jsonl"),
        TestSets = [new("test", folder.File("train.jsonl"))],
        Teacher = new TeacherPlan(Asking(teacher.Address, model), "be brief", Samples),
        Sft = new TrainingRecipe(),
        SftLimits = TokenLimits.None,
        Dpo = new TrainingRecipe(),
        DpoLimits = TokenLimits.None,
        Answers = new AnswerOptions(100, UseCalculator: true, new GenerationOptions(50, 1, null, 0.7)),
    };
}
