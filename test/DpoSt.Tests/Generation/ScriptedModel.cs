using DpoSt.Models;
using DpoSt.Models.Decoding;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Generation;

/// <summary>
/// A model that always says what its script says: prompt id p asks for script p, and the token at each position is the script's, whatever
/// was fed before. Checks that the engine keeps its side of the decoder's contract.
/// </summary>
internal sealed class ScriptedModel(int vocabulary, int[][] scripts, int capacity = 64) : ILanguageModel
{
    public string ModelType => "t5";
    public bool IsCausal => false;

    public int VocabularySize => vocabulary;

    public ScalarType ProductType => ScalarType.Float32;

    public double DropoutRate => 0;

    public ParameterSet Parameters => throw new NotSupportedException();

    /// <summary>The number of tokens each step fed.</summary>
    public List<int> StepTokens { get; } = [];

    /// <summary>How many prompts were encoded.</summary>
    public int Encoded { get; private set; }

    public Tensor CompletionStates(TokenBatch batch, Dropout? dropout) => throw new NotSupportedException();

    public Tensor Logits(Tensor states) => throw new NotSupportedException();

    public IStepDecoder NewDecoder(int slots, int maxPromptTokens, int maxNewTokens) => new Decoder(this, slots);

    public void Dispose()
    {
    }

    private sealed class Decoder(ScriptedModel owner, int slots) : IStepDecoder
    {
        private readonly Dictionary<int, int> scriptOfPrompt = [];
        private readonly int[] promptOfSlot = new int[slots];
        private readonly int[] length = new int[slots];
        private int next;

        public int StepCapacity => owner.Capacity;

        public int FirstToken(int[] prompt) => 0;

        public int[] AddPrompts(IReadOnlyList<int[]> prompts)
        {
            owner.Encoded += prompts.Count;
            return [.. prompts.Select(p =>
            {
                scriptOfPrompt[next] = p[0];
                Assert.True(scriptOfPrompt.Count <= slots, "more prompts are held than there are slots");
                return next++;
            })];
        }

        public void RemovePrompt(int prompt) => Assert.True(scriptOfPrompt.Remove(prompt));

        public void Start(int slot, int prompt) => (promptOfSlot[slot], length[slot]) = (prompt, 0);

        public Tensor Step(ReadOnlySpan<int> slots, ReadOnlySpan<int> counts, ReadOnlySpan<int> ids)
        {
            Assert.True(ids.Length <= StepCapacity);
            owner.StepTokens.Add(ids.Length);
            var logits = new float[slots.Length * owner.VocabularySize];
            for (var i = 0; i < slots.Length; i++)
            {
                length[slots[i]] += counts[i];
                var script = owner.Scripts[scriptOfPrompt[promptOfSlot[slots[i]]]];
                logits[i * owner.VocabularySize + script[Math.Min(length[slots[i]] - 1, script.Length - 1)]] = 1;
            }

            return tensor(logits).view(slots.Length, owner.VocabularySize);
        }

        public void Dispose()
        {
        }
    }

    private int[][] Scripts => scripts;

    private int Capacity => capacity;
}
