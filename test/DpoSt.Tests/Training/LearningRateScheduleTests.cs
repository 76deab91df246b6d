using System.Text.Json;
using DpoSt.Training;

namespace DpoSt.Tests.Training;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void A_cosine_with_a_floor_equals_the_original_s()
    {
        Assert.All(Read("fixtures", "schedule", "cosine_with_min_lr.json").EnumerateArray(), golden =>
        {
            var (total, peak) = (golden.GetProperty("total_steps").GetInt64(), golden.GetProperty("peak_lr").GetDouble());
            var warmup = LearningRateSchedule.WarmupOf(golden.GetProperty("warmup_ratio").GetDouble(), total);
            Assert.Equal(golden.GetProperty("warmup_steps").GetInt64(), warmup);
            var schedule = new LearningRateSchedule(
                "cosine_with_min_lr", peak, total, warmup, golden.GetProperty("min_lr_rate").GetDouble());
            var expected = golden.GetProperty("lr_used_at_step").Deserialize<double[]>()!;
            Assert.Equal(total, expected.Length);
            Assert.All(expected.Index(), rate => Assert.Equal(rate.Item, schedule.At(rate.Index), peak * 1e-12));
            Assert.Equal(golden.GetProperty("lr_after_last_step").GetDouble(), schedule.At(total), peak * 1e-12);
        });
    }

    [Fact]
    public void Every_schedule_equals_its_library_s_table()
    {
        var table = Read("peer-cases", "lr-schedules.json");
        Assert.All(table.GetProperty("cases").EnumerateArray(), golden =>
        {
            var schedule = new LearningRateSchedule(
                golden.GetProperty("schedule").GetString()!, table.GetProperty("base_lr").GetDouble(),
                table.GetProperty("num_training_steps").GetInt64(), golden.GetProperty("warmup").GetInt64(),
                Cycles: golden.TryGetProperty("num_cycles", out var cycles) ? cycles.GetDouble() : null,
                Power: golden.TryGetProperty("power", out var power) ? power.GetDouble() : 1,
                EndRate: golden.TryGetProperty("lr_end", out var end) ? end.GetDouble() : 1e-7);
            Assert.All(
                golden.GetProperty("expected").Deserialize<double[]>()!.Index(),
                rate => Assert.Equal(rate.Item, schedule.At(rate.Index), table.GetProperty("tolerance").GetDouble()));
        });
    }

    [Fact]
    public void Every_kind_starts_its_decay_at_the_peak_and_never_leaves_its_range() => Assert.All(LearningRateSchedule.Kinds, kind =>
    {
        var schedule = new LearningRateSchedule(kind, 2, 50, 5, 0.1);
        Assert.Equal(2, schedule.At(5), 1e-12);
        Assert.All(Enumerable.Range(0, 60), step => Assert.InRange(schedule.At(step), 0, 2));
    });

    [Fact]
    public void An_unknown_kind_is_a_sentence_that_names_the_known_ones() =>
        Assert.Contains(
            "cosine_with_min_lr", Assert.Throws<UserErrorException>(() => new LearningRateSchedule("steep", 1, 10, 0).At(0)).Message,
            StringComparison.Ordinal);

    private static JsonElement Read(params string[] path) => JsonDocument.Parse(File.ReadAllText(SharedFolder.Path(path))).RootElement;
}
