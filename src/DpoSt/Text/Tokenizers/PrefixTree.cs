using System.Collections.Frozen;

namespace DpoSt.Text.Tokenizers;

/// <summary>Texts with an id each, found in other text (Aho and Corasick 1975): whatever their lengths, one step a character, and one for
/// each text that is found.</summary>
internal sealed class PrefixTree
{
    /// <summary>The state in which nothing has been read.</summary>
    public const int Root = 0;

    private readonly FrozenDictionary<long, int> next;
    private readonly List<int> idOfNode = [-1];
    private readonly List<int> depths = [0];
    private readonly int[] suffixes;                              // of a state: the longest end of it that is a beginning of a text too
    private readonly int[] found;                                 // of a state: itself or the longest of its ends that is a whole text

    /// <param name="texts">Of two equal texts the later counts. An empty one is never found.</param>
    public PrefixTree(IEnumerable<(string Text, int Id)> texts)
    {
        var edges = new Dictionary<long, int>();
        var parents = new List<(int Node, char Character)> { default };
        foreach (var (text, id) in texts.Where(t => t.Text.Length > 0))
        {
            var node = Root;
            foreach (var c in text)
            {
                if (!edges.TryGetValue(Edge(node, c), out var child))
                {
                    child = idOfNode.Count;
                    idOfNode.Add(-1);
                    depths.Add(depths[node] + 1);
                    parents.Add((node, c));
                    edges.Add(Edge(node, c), child);
                }

                node = child;
            }

            idOfNode[node] = id;
        }

        next = edges.ToFrozenDictionary();
        (suffixes, found) = (new int[idOfNode.Count], new int[idOfNode.Count]);
        foreach (var node in Enumerable.Range(1, idOfNode.Count - 1).OrderBy(node => depths[node]))
        {
            suffixes[node] = depths[node] == 1 ? Root : Step(suffixes[parents[node].Node], parents[node].Character);
            found[node] = idOfNode[node] >= 0 ? node : found[suffixes[node]];
        }
    }

    /// <summary>The state behind another character.</summary>
    public int Step(int state, char character)
    {
        while (true)
        {
            if (next.TryGetValue(Edge(state, character), out var child))
            {
                return child;
            }

            if (state == Root)
            {
                return Root;
            }

            state = suffixes[state];
        }
    }

    /// <summary>The longest text that ends where a state is; <see cref="Root"/> where none does.</summary>
    public int Longest(int state) => found[state];

    /// <summary>The next shorter text that ends where one does; <see cref="Root"/> where none does.</summary>
    public int Shorter(int text) => found[suffixes[text]];

    /// <summary>The length of a text that was found.</summary>
    public int LengthOf(int text) => depths[text];

    /// <summary>The id of a text that was found.</summary>
    public int IdOf(int text) => idOfNode[text];

    private static long Edge(int node, char c) => ((long)node << 16) | c;
}
