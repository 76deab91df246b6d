using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace DpoSt.Verification;

/// <summary>Judgements that cost too much to be made twice. Memory is bounded: when there are too many, all are forgotten. Thread-safe; of
/// two that ask for the same at once, one waits for the other.</summary>
internal sealed class KnownJudgements
{
    // Characters of judgements, and what the rest of an entry takes, in characters too.
    private const long Most = 16 << 20;
    private const int Entry = 200;
    private readonly ConcurrentDictionary<string, Lazy<Judgement>> all = new(StringComparer.Ordinal);
    private long kept;

    /// <summary>The judgement on what a text says, made where it is not known.</summary>
    public Judgement Of(string asked, Func<Judgement> judge)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(asked)));
        var mine = new Lazy<Judgement>(judge);
        var entry = all.GetOrAdd(key, mine);
        var judgement = entry.Value;
        if (ReferenceEquals(entry, mine)
            && Interlocked.Add(ref kept, Entry + (judgement.Found?.Length ?? 0) + judgement.Why.Length) > Most)
        {
            all.Clear();
            Interlocked.Exchange(ref kept, 0);
        }

        return judgement;
    }
}
