using System.Collections.Frozen;

namespace DpoSt.Text.Tokenizers;

/// <summary>Texts with an id each, found as beginnings of other text.</summary>
internal sealed class PrefixTree
{
    private readonly FrozenDictionary<long, int> next;
    private readonly List<int> idOfNode = [-1];

    /// <param name="texts">Of two equal texts the later counts. An empty one is never found.</param>
    public PrefixTree(IEnumerable<(string Text, int Id)> texts)
    {
        var edges = new Dictionary<long, int>();
        foreach (var (text, id) in texts.Where(t => t.Text.Length > 0))
        {
            var node = 0;
            foreach (var c in text)
            {
                if (!edges.TryGetValue(Edge(node, c), out var child))
                {
                    child = idOfNode.Count;
                    idOfNode.Add(-1);
                    edges.Add(Edge(node, c), child);
                }

                node = child;
            }

            idOfNode[node] = id;
        }

        next = edges.ToFrozenDictionary();
    }

    /// <summary>The texts that stand at a place, the shortest first.</summary>
    public Beginnings At(ReadOnlySpan<char> text, int at) => new(this, text, at);

    private static long Edge(int node, char c) => ((long)node << 16) | c;

    /// <summary>Goes through the texts that stand at one place.</summary>
    public ref struct Beginnings(PrefixTree tree, ReadOnlySpan<char> text, int at)
    {
        private readonly ReadOnlySpan<char> text = text;
        private int node;

        /// <summary>Where the text that was found ends.</summary>
        public int End { get; private set; } = at;

        public readonly int Id => tree.idOfNode[node];

        public bool MoveNext()
        {
            while (End < text.Length && tree.next.TryGetValue(Edge(node, text[End]), out var child))
            {
                (node, End) = (child, End + 1);
                if (Id >= 0)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
