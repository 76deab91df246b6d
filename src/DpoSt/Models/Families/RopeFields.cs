using System.Globalization;
using DpoSt.Models.Decoder;

namespace DpoSt.Models.Families;

/// <summary>
/// Rotary positions as config.json says them: <c>rope_theta</c> with <c>rope_scaling</c>, or <c>rope_parameters</c> of transformers 5,
/// which holds both.
/// </summary>
internal static class RopeFields
{
    /// <summary>The positions of all layers.</summary>
    /// <param name="theta">The base where the file names none.</param>
    /// <param name="renamed">Kinds that this family's older files call otherwise.</param>
    public static Rope Read(ConfigFields config, int headSize, double theta, IReadOnlyDictionary<string, string>? renamed = null)
    {
        var newer = config.Object("rope_parameters");
        return Of(config.Object("rope_scaling") ?? newer, config, headSize, config.OptionalPositive("rope_theta") ?? theta, renamed);
    }

    /// <summary>The positions that an object describes; plain ones where there is none.</summary>
    public static Rope Of(
        ConfigFields? fields, ConfigFields config, int headSize, double theta, IReadOnlyDictionary<string, string>? renamed = null)
    {
        theta = fields?.OptionalPositive("rope_theta") ?? theta;
        var turned = Turned(fields, config, headSize);
        var plain = RopeScaling.Plain(turned, theta);
        if (fields is null)
        {
            return new Rope(plain) { Name = NameOf("default", theta) };
        }

        var key = fields.Has("rope_type") || !fields.Has("type") ? "rope_type" : "type";
        fields.Skip("type", "finetuned");
        var kind = fields.Text(key) ?? (fields.Has(key) ? throw fields.Wrong(key, "a kind of scaling") : "default");
        var rope = (renamed?.GetValueOrDefault(kind) ?? kind) switch
        {
            "default" => new Rope(plain),
            "linear" => new Rope(RopeScaling.Linear(plain, Factor(fields))),
            "llama3" => Llama3(fields, config, plain),
            "yarn" => Yarn(fields, config, plain, theta),
            "longrope" => LongRope(fields, config, turned, theta),
            _ => throw fields.Wrong(key, "one of default, linear, llama3, yarn and longrope"),
        };
        fields.Close();
        return rope with { Name = NameOf(kind, theta) };
    }

    private static string NameOf(string kind, double theta) => string.Create(CultureInfo.InvariantCulture, $"{kind} {theta:0.###}");

    // The share of a head that turns is said once or twice, and then the same.
    private static int Turned(ConfigFields? fields, ConfigFields config, int headSize)
    {
        var (outside, inside) = (config.OptionalPositive("partial_rotary_factor"), fields?.OptionalPositive("partial_rotary_factor"));
        if (outside is not null && inside is not null && outside != inside)
        {
            throw config.Conflict($"partial_rotary_factor is {outside} and {inside} in rope_parameters");
        }

        var turned = (int)(headSize * (outside ?? inside ?? 1));
        return turned % 2 == 0 && turned > 0 && turned <= headSize ? turned : throw config.Conflict(
            $"head_dim ({headSize}) times partial_rotary_factor must give an even number of at most a head's, but gives {turned}");
    }

    private static Rope Llama3(ConfigFields fields, ConfigFields config, float[] plain)
    {
        var (factor, low, high) = (Factor(fields), fields.Positive("low_freq_factor"), fields.Positive("high_freq_factor"));
        return low < high
            ? new Rope(RopeScaling.Llama3(plain, factor, low, high, Original(fields, config)))
            : throw fields.Wrong("high_freq_factor", "more than low_freq_factor");
    }

    private static Rope Yarn(ConfigFields fields, ConfigFields config, float[] plain, double theta)
    {
        var (factor, original) = (Factor(fields), Original(fields, config));
        var turns = (fields.Positive("beta_fast", 32), fields.Positive("beta_slow", 1));
        var (m, all) = (fields.OptionalNumber("mscale"), fields.OptionalNumber("mscale_all_dim"));
        var magnitude = fields.OptionalPositive("attention_factor") ?? (m is { } a && all is { } b && a != 0 && b != 0
            ? RopeScaling.YarnMagnitude(factor, a) / RopeScaling.YarnMagnitude(factor, b) : RopeScaling.YarnMagnitude(factor));
        return new Rope(RopeScaling.Yarn(plain, theta, factor, original, turns, fields.Flag("truncate", true)), magnitude);
    }

    private static Rope LongRope(ConfigFields fields, ConfigFields config, int turned, double theta)
    {
        var original = Original(fields, config);
        var factor = fields.OptionalPositive("factor") ?? config.Size("max_position_embeddings") / (double)original;
        var magnitude = fields.OptionalPositive("attention_factor") ?? RopeScaling.LongMagnitude(factor, original);
        return new Rope(
            RopeScaling.Each(turned, theta, fields.Numbers("short_factor", turned / 2)), magnitude,
            RopeScaling.Each(turned, theta, fields.Numbers("long_factor", turned / 2)), original);
    }

    private static double Factor(ConfigFields fields) =>
        fields.Positive("factor") is >= 1 and var factor ? factor : throw fields.Wrong("factor", "a number of at least 1");

    // The length a model was first trained on; Phi-3 says it outside.
    private static int Original(ConfigFields fields, ConfigFields config)
    {
        var (outside, inside) = (
            config.OptionalSize("original_max_position_embeddings"), fields.OptionalSize("original_max_position_embeddings"));
        return outside ?? inside ?? config.Size("max_position_embeddings");
    }
}
