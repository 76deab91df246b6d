using System.Text;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Generation;

/// <summary>One text while it is generated: its ids, the text so far followed piece by piece, and the queue of ids the model has yet to
/// see. Work per token does not grow with the row.</summary>
internal sealed class Row
{
    private readonly ITokenizer tokenizer;
    private readonly CalculatorFormat? format;
    private readonly CalculatorFollower? follower;
    private readonly IncrementalDecoder decoder;
    private readonly StringBuilder text = new();
    private readonly List<int> ids = [];
    private readonly Queue<int> queue = new();
    private readonly int maxNewTokens;
    private readonly Action<WrittenText>? written;
    private int forced;
    private double logProb;

    public Row(
        int index, GenerationRequest request, ITokenizer tokenizer, GenerationOptions options, int firstToken, Action<WrittenText>? written)
    {
        Index = index;
        Request = request;
        Key = CounterRandom.KeyOf(request.Key);
        maxNewTokens = options.MaxNewTokens;
        this.tokenizer = tokenizer;
        this.written = written;
        format = options.Calculator;
        follower = format?.Follow();
        decoder = tokenizer.NewDecoder();
        queue.Enqueue(firstToken);
    }

    public int Index { get; }
    public GenerationRequest Request { get; }

    /// <summary>The problem in random draws.</summary>
    public ulong Key { get; }

    /// <summary>Ids the model has not seen yet; the next one is drawn once there are none.</summary>
    public Queue<int> Queue => queue;

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
    public Generated Result(int eos)
    {
        Write(decoder.Flush(), isForced: false);
        return new Generated(Index, [.. ids], text.ToString(), forced, ids.Count > 0 && ids[^1] == eos, logProb);
    }

    private string? Add(int id, bool isForced)
    {
        ids.Add(id);
        queue.Enqueue(id);
        Done = id == tokenizer.EosId || ids.Count >= maxNewTokens;
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
