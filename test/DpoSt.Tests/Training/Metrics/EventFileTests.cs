using System.Text;
using DpoSt.Runs;
using DpoSt.Tests.SelfTraining;
using DpoSt.Training.Metrics;

namespace DpoSt.Tests.Training.Metrics;

/// <summary>Event files read back by the rules of TFRecord, CRC-32C and protocol buffers, not by our own code.</summary>
public sealed class EventFileTests
{
    [Fact]
    public void Every_number_of_every_step_is_there_and_what_is_no_number_is_not()
    {
        using var folder = new TemporaryFolder();
        var file = new EventFile(folder.Root);
        var before = DateTimeOffset.UtcNow.AddSeconds(-1).ToUnixTimeSeconds();
        file.Begin(0);
        file.Write(1, [new("loss", 0.5), new("rewards/margins", -1.25), new("grad_norm", double.NaN)]);
        file.Write(200, [new("eval_loss", 3), new("eval_rewards/chosen", 1e-3)]);

        var events = Read(Assert.Single(EventFile.In(folder.Root)));
        Assert.Equal("brain.Event:2", Encoding.UTF8.GetString(events[0][3].Bytes));
        Assert.Equal(
            [(1L, "train/loss", 0.5f), (1L, "train/rewards/margins", -1.25f), (200L, "eval/loss", 3f),
                (200L, "eval/rewards/chosen", 1e-3f)],
            events.Skip(1).SelectMany(Scalars));
        Assert.All(events, e => Assert.InRange(BitConverter.Int64BitsToDouble(e[1].Number), before, before + 60));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(0)]
    public void A_run_that_goes_on_or_starts_again_begins_a_file_that_ends_what_earlier_ones_say(long restored)
    {
        using var folder = new TemporaryFolder();
        foreach (var step in (long[])[0, restored])
        {
            var file = new EventFile(folder.Root);
            file.Begin(step);
            file.Write(step + 1, [new("loss", 1)]);
        }

        var second = Read(EventFile.In(folder.Root)[1]);
        var (session, line) = (second[1], second[2]);
        Assert.Equal(restored + 1, session[2].Number);                                  // from this step on
        Assert.Equal(1, Fields(session[7].Bytes)[1].Number);                 // SessionLog.START
        Assert.Equal((restored + 1, "train/loss", 1), Scalars(line).Single());
    }

    [Fact]
    public void Where_the_configuration_asks_the_model_s_folder_has_what_its_metrics_say_and_its_key_leaves_it_out()
    {
        using var run = new TinyRun();
        string[] sft = ["sft", "--config-path", "exp_config/tiny", "model.model_path=base", "trainer.max_steps=4",
            "trainer.logging_steps=2", "--fresh"];
        var (code, _, error) = run.Run([.. sft, "+trainer.report_to=[wandb,tensorboard]"]);
        Assert.True(code == 0, error);
        var folder = run.Path("ft_models/tiny/sft-0");
        var key = ContentKey.OfPath(folder);
        var path = Assert.Single(EventFile.In(folder));
        var lines = MetricsFile.Read(Path.Combine(folder, MetricsFile.Name));
        Assert.Equal(
            lines.SelectMany(line => line.Where(m => m.Key != "step").Select(m => ((long)line["step"], "train/" + m.Key, (float)m.Value))),
            Read(path).Skip(1).SelectMany(Scalars));
        File.Delete(path);
        Assert.Equal(key, ContentKey.OfPath(folder));

        (code, _, error) = run.Run([.. sft, "+trainer.report_to=wandb"]);
        Assert.True(code == 0, error);
        Assert.Empty(EventFile.In(folder));
    }

    [Fact]
    public void The_checksum_is_the_one_of_its_standard() => Assert.Equal(0xE3069283, Crc32C("123456789"u8));

    private static List<Dictionary<int, Field>> Read(string path)
    {
        ReadOnlySpan<byte> data = File.ReadAllBytes(path);
        var events = new List<Dictionary<int, Field>>();
        while (data.Length > 0)
        {
            var length = (int)BitConverter.ToInt64(data);
            Assert.Equal(Masked(data[..8]), BitConverter.ToUInt32(data[8..]));
            Assert.Equal(Masked(data.Slice(12, length)), BitConverter.ToUInt32(data[(12 + length)..]));
            events.Add(Fields(data.Slice(12, length)));
            data = data[(16 + length)..];
        }

        return events;
    }

    private static IEnumerable<(long Step, string Tag, float Value)> Scalars(Dictionary<int, Field> e) =>
        Fields(e[5].Bytes)[1].All.Select(bytes => Fields(bytes))
            .Select(v => (e[2].Number, Encoding.UTF8.GetString(v[1].Bytes), BitConverter.Int32BitsToSingle((int)v[2].Number)))
            .ToList();

    // A message's fields; Summary's repeated values are spread out.
    private static Dictionary<int, Field> Fields(ReadOnlySpan<byte> data)
    {
        var fields = new Dictionary<int, Field>();
        while (data.Length > 0)
        {
            var tag = Varint(ref data);
            var field = (tag & 7) switch
            {
                0 => new Field(Varint(ref data), []),
                1 => new Field(BitConverter.ToInt64(Take(ref data, 8)), []),
                5 => new Field(BitConverter.ToInt32(Take(ref data, 4)), []),
                _ => new Field(0, [Take(ref data, (int)Varint(ref data)).ToArray()]),
            };
            var number = (int)(tag >> 3);
            fields[number] = fields.TryGetValue(number, out var earlier) ? field with { All = [.. earlier.All, .. field.All] } : field;
        }

        return fields;
    }

    private static long Varint(ref ReadOnlySpan<byte> data)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var b = Take(ref data, 1)[0];
            value |= (long)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> data, int count)
    {
        var taken = data[..count];
        data = data[count..];
        return taken;
    }

    private static uint Masked(ReadOnlySpan<byte> data) =>
        Crc32C(data) is var crc ? unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8) : 0;

    private static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
            }
        }

        return ~crc;
    }

    private sealed record Field(long Number, byte[][] All)
    {
        public byte[] Bytes => Assert.Single(All);
    }
}
