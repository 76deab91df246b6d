using System.Text;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Generation;

/// <summary>One text while it is generated: its ids, the text so far followed piece by piece, and the queue of ids the model has yet to
/// see. Work per token does not grow with the row.</summary>
/// <param name="options">How it is generated, unless the request says itself.</param>
internal sealed class Row(
    int index, GenerationRequest request, ITokenizer tokenizer, GenerationOptions options, IReadOnlySet<int> ends, int firstToken,
    Action<WrittenText>? written)
{
    private readonly CalculatorFollower? follower = (request.Own ?? options).Calculator?.Follow();
    private readonly IncrementalDecoder decoder = tokenizer.NewDecoder();
    private readonly StopTexts stops = new(request.Stops);
    private readonly StringBuilder text = new();
    private readonly List<int> ids = [];
    private int forced;
    private double logProb;

    public int Index => index;
    public GenerationRequest Request => request;

    /// <summary>How it is generated.</summary>
    public GenerationOptions Options { get; } = request.Own ?? options;

    /// <summary>The problem in random draws.</summary>
    public ulong Key { get; } = CounterRandom.KeyOf(request.Key);

    /// <summary>Ids the model has not seen yet; the next one is drawn once there are none.</summary>
    public Queue<int> Queue { get; } = new([firstToken]);

    /// <summary>Whether nothing more is to be drawn.</summary>
    public bool Done { get; private set; }

    /// <summary>The position of the next drawn id.</summary>
    public int Position => ids.Count;

    /// <summary>Takes a drawn id with its log-probability; where it completes a calculation, result and closer follow.</summary>
    /// <param name="likeliest">The likeliest ids in its place, where they were asked for.</param>
    public void Accept(int id, double logProb, IReadOnlyList<LikelyId>? likeliest = null)
    {
        this.logProb += logProb;
        if (Add(id, isForced: false, logProb, likeliest ?? []) is { } result && Options.Calculator is { } format)
        {
            // Result and closer are encoded apart, so that the ids are those of a token-by-token forcing.
            foreach (
                var next in tokenizer.EncodeContinuation(format.ResultText(result)).Concat(tokenizer.EncodeContinuation(format.Closer)))
            {
                if (!Done)
                {
                    Add(next, isForced: true, double.NaN, []);
                    forced++;
                }
            }
        }
    }

    /// <summary>The finished text.</summary>
    public Generated Result()
    {
        var rest = stops.Append(decoder.Flush()) + stops.Flush();
        text.Append(rest);
        if (rest.Length > 0)
        {
            written?.Invoke(new WrittenText(Index, rest, Forced: false));
        }

        return new Generated(
            Index, [.. ids], text.ToString(), forced, stops.Found is not null || (ids.Count > 0 && ends.Contains(ids[^1])), logProb)
        {
            Stop = stops.Found,
        };
    }

    private string? Add(int id, bool isForced, double drawnAt, IReadOnlyList<LikelyId> likeliest)
    {
        ids.Add(id);
        Queue.Enqueue(id);
        var piece = decoder.Append(id);
        var shown = stops.Append(piece);
        text.Append(shown);
        Done = ends.Contains(id) || ids.Count >= Options.MaxNewTokens || stops.Found is not null;
        written?.Invoke(new WrittenText(Index, shown, isForced, new WrittenToken(id, piece, drawnAt, likeliest)));
        return piece.Length == 0 || Done ? null : follower?.Append(piece);
    }
}
