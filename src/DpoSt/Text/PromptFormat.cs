namespace DpoSt.Text;

/// <summary>How a family of models sees a question and its rationale.</summary>
internal abstract class PromptFormat
{
    private protected PromptFormat() { }

    /// <summary>The bare question; rationales in T5 form. A rationale already in that form passes unchanged.</summary>
    public static PromptFormat T5 { get; } = new T5Format(repeats: false);

    /// <summary>As <see cref="T5"/>, but formats again what is already in T5 form, as the paper's repository does to pseudo-labels
    /// (<c>compat: reference</c>): "#### 27" becomes "#### 27.".</summary>
    public static PromptFormat T5Paper { get; } = new T5Format(repeats: true);

    /// <summary>The Alpaca-like template around the question; GSM8K's own text as the rationale.</summary>
    public static PromptFormat Llama { get; } = new LlamaFormat();

    /// <summary>The question on a line of its own, for a decoder; the answer follows as it is.</summary>
    public static PromptFormat Bare { get; } = new BareFormat();

    /// <summary>Whether prompt and completion are one text that goes on (a decoder alone), not two (encoder and decoder).</summary>
    public abstract bool IsCausal { get; }

    /// <summary>How annotations look in this format's rationales.</summary>
    public abstract CalculatorFormat Calculator { get; }

    /// <summary>Where it comes from, in words for a person.</summary>
    public abstract string Source { get; }

    /// <summary>Whether prompts have their special tokens written in them, so that a tokenizer adds none.</summary>
    public virtual bool HasSpecialTokens => false;

    /// <summary>What follows an answer, if more than the tokenizer's end of a text.</summary>
    public virtual string? EndOfTurn => null;

    /// <summary>What the model is given for a question.</summary>
    public abstract string Prompt(string question);

    /// <summary>What the model should write for a rationale in GSM8K's form (or one already in this format).</summary>
    public abstract string Target(string answer);

    private sealed class T5Format(bool repeats) : PromptFormat
    {
        public override bool IsCausal => false;

        public override string Source => "the question alone";

        public override CalculatorFormat Calculator => CalculatorFormat.T5;

        public override string Prompt(string question) => question;

        public override string Target(string answer) => !repeats && T5Text.IsFormatted(answer) ? answer : T5Text.Format(answer);
    }

    private sealed class BareFormat : PromptFormat
    {
        public override bool IsCausal => true;

        public override string Source => "the question alone";

        public override CalculatorFormat Calculator => CalculatorFormat.Llama;

        public override string Prompt(string question) => question + "\n";

        public override string Target(string answer) => answer;
    }

    private sealed class LlamaFormat : PromptFormat
    {
        public override bool IsCausal => true;

        public override string Source => "the paper's prompt (Alpaca's)";

        public override CalculatorFormat Calculator => CalculatorFormat.Llama;

        public override string Prompt(string question) =>
            "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
            + $"### Instruction:\n{question}\n\n### Response:\n";

        public override string Target(string answer) => answer;
    }
}
