using System.Security.Cryptography;
using System.Text.Json;
using DpoSt.Answering.Live;
using DpoSt.Configuration;
using DpoSt.Generation;
using DpoSt.Text;

namespace DpoSt.App.Serve;

/// <summary>What chat and completions have in common: how an answer is drawn, where it ends, and how it is sent.</summary>
/// <param name="Decoding">How text is generated.</param>
/// <param name="Count">How many answers each prompt gets.</param>
/// <param name="Key">Stands for the problem in random draws.</param>
/// <param name="FirstSample">The first answer's number among the problem's samples.</param>
internal sealed record AnswerFields(
    GenerationOptions Decoding, int Count, IReadOnlyList<string> Stops, string Key, int FirstSample, bool Streams, bool TellsUsage)
{
    private const int MostAnswers = 256;
    private const int MostStops = 16;
    private const int LongestStop = 256;
    private const double HottestTemperature = 100;

    /// <summary>Reads them.</summary>
    /// <param name="maxNewTokens">As many tokens an answer has at most where the request does not say.</param>
    /// <exception cref="RequestException">One is wrong.</exception>
    public static AnswerFields Read(RequestBody body, LiveOptions limits, CalculatorFormat? calculator, int maxNewTokens)
    {
        var own = body.Part("dpost");
        var key = own?.Text("problem") ?? "";
        var firstSample = own?.Integer("sample", 0, Limits.Samples) ?? 0;
        var format = own?.Text("calculator") ?? body.Text("calculator");
        own?.RefuseRest();
        var seed = Seed(body);
        var decoding = new GenerationOptions(
            maxNewTokens, limits.Slots, format is null ? calculator : Calculator(format),
            body.Number("temperature", 0, HottestTemperature) ?? 1, body.Integer("top_k", 0, int.MaxValue) ?? 0,
            body.Number("top_p", 0, 1) ?? 1, seed);
        var streams = body.Flag("stream") ?? false;
        var stream = body.Part("stream_options");
        var tellsUsage = stream?.Flag("include_usage") ?? false;
        stream?.Ignore("include_obfuscation");
        stream?.RefuseRest();
        RefuseOthers(body);
        return new(decoding, body.Integer("n", 1, MostAnswers) ?? 1, Texts(body, "stop"), key, firstSample, streams, tellsUsage);
    }

    /// <summary>The requests of a prompt.</summary>
    public IEnumerable<GenerationRequest> Requests(int[] prompt, int likeliest) => Enumerable.Range(FirstSample, Count)
        .Select(sample => new GenerationRequest(Key, sample, prompt) { Own = Decoding, Stops = Stops, Likeliest = likeliest });

    /// <summary>A calculator by its name.</summary>
    /// <exception cref="RequestException">There is none of this name.</exception>
    public static CalculatorFormat? Calculator(string name) => name switch
    {
        "none" => null,
        "t5" => CalculatorFormat.T5,
        "llama" => CalculatorFormat.Llama,
        _ => throw new RequestException(400, $"calculator is {Shown.Quoted(name)}; expected none, t5 or llama.", "calculator"),
    };

    // Any number that others' programs may send; without one every request draws anew.
    private static ulong Seed(RequestBody body)
    {
        if (body.Value("seed") is not { } seed)
        {
            return BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        }

        return seed.ValueKind != JsonValueKind.Number ? throw body.Wrong("seed", seed, "a whole number")
            : seed.TryGetUInt64(out var positive) ? positive
            : seed.TryGetInt64(out var negative) ? unchecked((ulong)negative)
            : throw body.Wrong("seed", seed, "a whole number of 64 bits");
    }

    private static string[] Texts(RequestBody body, string name)
    {
        if (body.Value(name) is not { } value)
        {
            return [];
        }

        JsonElement[] texts = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        if (texts.Length > MostStops || !Array.TrueForAll(texts, IsStop))
        {
            throw body.Wrong(name, value, $"a text, or up to {MostStops} of them, of 1 to {LongestStop} characters each");
        }

        return [.. texts.Select(text => text.GetString()!)];

        static bool IsStop(JsonElement text) => text.ValueKind == JsonValueKind.String && JsonTexts.AreWhole(text)
            && text.GetString()!.Length is > 0 and <= LongestStop;
    }

    private static void RefuseOthers(RequestBody body)
    {
        body.Ignore("user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "parallel_tool_calls");
        foreach (var penalty in (string[])["presence_penalty", "frequency_penalty"])
        {
            body.RefuseUnless(
                penalty, value => value.ValueKind == JsonValueKind.Number && value.GetDouble() == 0, "penalties are not known");
        }

        body.RefuseUnless("repetition_penalty", value => value.ValueKind == JsonValueKind.Number && value.GetDouble() == 1,
            "penalties are not known");
        body.RefuseUnless("logit_bias", value => value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any(),
            "logits are not changed");
    }
}
