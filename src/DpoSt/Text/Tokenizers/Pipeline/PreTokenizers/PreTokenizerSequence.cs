namespace DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

/// <summary>One pre-tokenizer after the other, each on all parts that the one before it left.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    public void Split(Stretch stretch, bool continues, List<Stretch> parts)
    {
        var sofar = new List<Stretch> { stretch };
        foreach (var step in steps)
        {
            var next = new List<Stretch>(sofar.Count);
            foreach (var part in sofar)
            {
                step.Split(part, continues, next);
            }

            sofar = next;
        }

        parts.AddRange(sofar);
    }
}
