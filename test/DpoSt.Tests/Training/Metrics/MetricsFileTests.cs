using System.Text.Json;
using DpoSt.Training;
using DpoSt.Training.Metrics;

namespace DpoSt.Tests.Training.Metrics;

public sealed class MetricsFileTests
{
    [Fact]
    public void A_line_has_the_step_and_every_metric_and_null_for_what_is_no_number()
    {
        using var folder = new TemporaryFolder();
        var file = new MetricsFile(folder.File(MetricsFile.Name));
        file.Write(new TrainingLine(3, 9, 0.5, 1e-4, double.NaN, new Dictionary<string, double> { ["rewards/margins"] = 0.25 }, 300));
        var line = JsonDocument.Parse(Assert.Single(File.ReadAllLines(file.Path))).RootElement;
        Assert.Equal("""{"step":3,"loss":0.5,"learning_rate":0.0001,"grad_norm":null,"tokens_per_s":300,"rewards/margins":0.25}""",
            line.GetRawText());
    }

    [Fact]
    public void What_lies_behind_the_restored_step_is_cut_off_torn_lines_too()
    {
        using var folder = new TemporaryFolder();
        var file = new MetricsFile(folder.File(MetricsFile.Name));
        for (var step = 1; step <= 6; step++)
        {
            file.Write(step, [new("loss", step)]);
        }

        File.AppendAllText(file.Path, "{\"step\":7,\"lo");
        file.KeepUpTo(4);
        Assert.Equal(
            [1, 2, 3, 4], File.ReadAllLines(file.Path).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("step").GetInt32()));
        file.KeepUpTo(0);
        Assert.Empty(File.ReadAllText(file.Path));
    }
}
