using System.Text.Json.Serialization;

namespace DpoSt.Models.Llama;

/// <summary>How rotary frequencies are stretched for longer texts: config.json's <c>rope_scaling</c> or <c>rope_parameters</c>.</summary>
public sealed record RopeScaling
{
    /// <summary><c>default</c>, <c>linear</c> or <c>llama3</c>.</summary>
    public string? RopeType { get; init; }

    /// <summary>The older name of <see cref="RopeType"/>.</summary>
    public string? Type { get; init; }

    /// <summary>How many times longer the texts may be.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Wavelengths beyond the original length over this are stretched in full.</summary>
    public double LowFreqFactor { get; init; } = 1;

    /// <summary>Wavelengths below the original length over this stay.</summary>
    public double HighFreqFactor { get; init; } = 4;

    /// <summary>The length the model was first trained on.</summary>
    public double OriginalMaxPositionEmbeddings { get; init; } = 8192;

    /// <summary>The base, where newer files keep it here.</summary>
    public double? RopeTheta { get; init; }

    /// <summary>The kind in effect.</summary>
    [JsonIgnore]
    public string Kind => RopeType ?? Type ?? "default";

    internal void Check(string path)
    {
        if (Kind is not ("default" or "linear" or "llama3"))
        {
            throw new UserErrorException($"{path}: rope_scaling is of type '{Kind}', but only default, linear and llama3 are supported.");
        }

        if (Factor < 1 || LowFreqFactor <= 0 || HighFreqFactor <= LowFreqFactor || OriginalMaxPositionEmbeddings <= 0)
        {
            throw new UserErrorException(
                $"{path}: rope_scaling needs factor >= 1, "
                + "0 < low_freq_factor < high_freq_factor and original_max_position_embeddings > 0.");
        }
    }
}
