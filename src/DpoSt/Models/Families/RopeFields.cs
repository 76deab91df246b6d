using System.Globalization;
using DpoSt.Models.Decoder;

namespace DpoSt.Models.Families;

/// <summary>
/// Rotary positions as config.json says them: <c>rope_theta</c> with <c>rope_scaling</c>, or <c>rope_parameters</c> of transformers 5,
/// which holds both.
/// </summary>
internal static class RopeFields
{
    /// <summary>The positions of all layers. An empty <c>rope_scaling</c> says nothing.</summary>
    /// <param name="theta">The base where the file names none.</param>
    /// <param name="habits">What the family does of its own.</param>
    public static Rope Read(ConfigFields config, int headSize, double theta, RopeHabits? habits = null)
    {
        var newer = config.Object("rope_parameters");
        return Of(config.Object("rope_scaling") is { IsEmptyObject: false } older ? older : newer, config, headSize,
            config.OptionalPositive("rope_theta") ?? theta, habits);
    }

    /// <summary>The positions that an object describes; plain ones where there is none.</summary>
    public static Rope Of(ConfigFields? fields, ConfigFields config, int headSize, double theta, RopeHabits? habits = null)
    {
        habits ??= new RopeHabits();
        theta = fields?.OptionalPositive("rope_theta") ?? theta;
        var turned = Turned(fields, config, headSize, habits);
        var plain = RopeScaling.Plain(turned, theta);
        if (fields is null)
        {
            return new Rope(plain) { Name = NameOf("default", theta) };
        }

        var key = fields.Has("rope_type") || !fields.Has("type") ? "rope_type" : "type";
        fields.Skip("type", "finetuned");
        var kind = fields.Text(key) ?? (fields.Has(key) ? throw fields.Wrong(key, "a kind of scaling") : "default");
        var meant = habits.Renamed.GetValueOrDefault(kind) ?? kind;
        if (!habits.Kinds.Contains(meant, StringComparer.Ordinal))
        {
            throw fields.Wrong(key, $"one of {string.Join(", ", habits.Kinds)}");
        }

        var original = (habits, fields, config);
        var rope = meant switch
        {
            "linear" => new Rope(RopeScaling.Linear(plain, Factor(fields))),
            "llama3" => Llama3(fields, Original(original), plain),
            "yarn" => Yarn(fields, Original(original), plain, theta, habits),
            "longrope" => LongRope(fields, config, Original(original), turned, theta),
            _ => new Rope(plain),
        };
        fields.Close();
        return rope with { Name = NameOf(kind, theta) };
    }

    private static string NameOf(string kind, double theta) => string.Create(CultureInfo.InvariantCulture, $"{kind} {theta:0.###}");

    // The share of a head that turns is said once or twice, and then the same. Where a family turns whole heads, transformers leaves a
    // share aside with plain positions and fails with others.
    private static int Turned(ConfigFields? fields, ConfigFields config, int headSize, RopeHabits habits)
    {
        var (outside, inside) = (config.OptionalPositive("partial_rotary_factor"), fields?.OptionalPositive("partial_rotary_factor"));
        if (outside is not null && inside is not null && outside != inside)
        {
            throw config.Conflict($"partial_rotary_factor is {outside} and {inside} in rope_parameters");
        }

        if ((outside ?? inside ?? 1) != 1 && !habits.TurnsParts)
        {
            throw config.Conflict(
                $"partial_rotary_factor is {outside ?? inside}, but this family turns whole heads: expected 1 or nothing");
        }

        var turned = (int)(headSize * (outside ?? inside ?? 1));
        return turned % 2 == 0 && turned > 0 && turned <= headSize ? turned : throw config.Conflict(
            $"head_dim ({headSize}) times partial_rotary_factor must give an even number of at most a head's, but gives {turned}");
    }

    private static Rope Llama3(ConfigFields fields, int original, float[] plain)
    {
        var (factor, low, high) = (Factor(fields), fields.Positive("low_freq_factor"), fields.Positive("high_freq_factor"));
        return low < high
            ? new Rope(RopeScaling.Llama3(plain, factor, low, high, original))
            : throw fields.Wrong("high_freq_factor", "more than low_freq_factor");
    }

    private static Rope Yarn(ConfigFields fields, int original, float[] plain, double theta, RopeHabits habits)
    {
        var factor = Factor(fields);
        var turns = (fields.Positive("beta_fast", 32), fields.Positive("beta_slow", 1));
        var (m, all) = (fields.OptionalNumber("mscale"), fields.OptionalNumber("mscale_all_dim"));
        var magnitude = fields.OptionalPositive("attention_factor") ?? (m is { } a && all is { } b && a != 0 && b != 0
            ? RopeScaling.YarnMagnitude(factor, a) / RopeScaling.YarnMagnitude(factor, b) : RopeScaling.YarnMagnitude(factor));
        // transformers looks for it beside the kinds of layers, not within one.
        var truncates = fields.Flag("truncate", true);
        return truncates || !habits.IsOfSomeLayers
            ? new Rope(RopeScaling.Yarn(plain, theta, factor, original, turns, truncates), magnitude)
            : throw fields.Wrong("truncate", "true, or nothing, where kinds of layers have positions of their own");
    }

    private static Rope LongRope(ConfigFields fields, ConfigFields config, int original, int turned, double theta)
    {
        var factor = fields.OptionalPositive("factor") ?? config.Size("max_position_embeddings") / (double)original;
        var magnitude = fields.OptionalPositive("attention_factor") ?? RopeScaling.LongMagnitude(factor, original);
        return new Rope(
            RopeScaling.Each(turned, theta, fields.Numbers("short_factor", turned / 2)), magnitude,
            RopeScaling.Each(turned, theta, fields.Numbers("long_factor", turned / 2)), original);
    }

    private static double Factor(ConfigFields fields) =>
        fields.Positive("factor") is >= 1 and var factor ? factor : throw fields.Wrong("factor", "a number of at least 1");

    // The length a model was first trained on. A word outside goes before one within; Phi-3 always has one outside, and positions of some
    // layers hear none.
    private static int Original((RopeHabits Habits, ConfigFields Fields, ConfigFields Config) read)
    {
        var (habits, fields, config) = read;
        var inside = fields.OptionalSize("original_max_position_embeddings");
        var outside = habits.IsOfSomeLayers ? null : config.OptionalSize("original_max_position_embeddings") ?? habits.UsualOriginal;
        return outside ?? inside ?? config.Size("max_position_embeddings");
    }
}

/// <summary>What a family does of its own with the positions that its files describe.</summary>
internal sealed record RopeHabits
{
    /// <summary>Kinds that older files call otherwise.</summary>
    public IReadOnlyDictionary<string, string> Renamed { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The kinds it knows.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = ["default", "linear", "llama3", "yarn", "longrope"];

    /// <summary>Whether it can turn a part of a head alone.</summary>
    public bool TurnsParts { get; init; }

    /// <summary>Whether an object describes the positions of one kind of layers.</summary>
    public bool IsOfSomeLayers { get; init; }

    /// <summary>Its <c>original_max_position_embeddings</c> where a file leaves it out; null where it has none of its own.</summary>
    public int? UsualOriginal { get; init; }
}
