using System.Text;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Generation;

/// <summary>One text while it is generated: its ids, the text so far followed piece by piece, and the queue of ids the model has yet to
/// see. Work per token does not grow with the row.</summary>
internal sealed class Row(
    int index, GenerationRequest request, ITokenizer tokenizer, GenerationOptions options, IReadOnlySet<int> ends, int firstToken,
    Action<WrittenText>? written)
{
    private readonly CalculatorFormat? format = options.Calculator;
    private readonly CalculatorFollower? follower = options.Calculator?.Follow();
    private readonly IncrementalDecoder decoder = tokenizer.NewDecoder();
    private readonly StringBuilder text = new();
    private readonly List<int> ids = [];
    private int forced;
    private double logProb;

    public int Index => index;
    public GenerationRequest Request => request;

    /// <summary>The problem in random draws.</summary>
    public ulong Key { get; } = CounterRandom.KeyOf(request.Key);

    /// <summary>Ids the model has not seen yet; the next one is drawn once there are none.</summary>
    public Queue<int> Queue { get; } = new([firstToken]);

    /// <summary>Whether nothing more is to be drawn.</summary>
    public bool Done { get; private set; }

    /// <summary>The position of the next drawn id.</summary>
    public int Position => ids.Count;

    /// <summary>Takes a drawn id with its log-probability; where it completes a calculation, result and closer follow.</summary>
    public void Accept(int id, double logProb)
    {
        this.logProb += logProb;
        if (Add(id, isForced: false) is { } result && format is not null)
        {
            // Result and closer are encoded apart, so that the ids are those of a token-by-token forcing.
            foreach (
                var next in tokenizer.EncodeContinuation(format.ResultText(result)).Concat(tokenizer.EncodeContinuation(format.Closer)))
            {
                if (!Done)
                {
                    Add(next, isForced: true);
                    forced++;
                }
            }
        }
    }

    /// <summary>The finished text.</summary>
    public Generated Result()
    {
        Write(decoder.Flush(), isForced: false);
        return new Generated(Index, [.. ids], text.ToString(), forced, ids.Count > 0 && ends.Contains(ids[^1]), logProb);
    }

    private string? Add(int id, bool isForced)
    {
        ids.Add(id);
        Queue.Enqueue(id);
        Done = ends.Contains(id) || ids.Count >= options.MaxNewTokens;
        var piece = decoder.Append(id);
        Write(piece, isForced);
        return piece.Length == 0 ? null : follower?.Append(piece);
    }

    private void Write(string piece, bool isForced)
    {
        text.Append(piece);
        if (piece.Length > 0)
        {
            written?.Invoke(new WrittenText(Index, piece, isForced));
        }
    }
}
