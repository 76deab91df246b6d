using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>What a server speaks.</summary>
internal enum ServerKind
{
    /// <summary>It is <c>dpost serve</c>: it takes token ids and keys draws as a run here does, so that its answers are the same.</summary>
    Dpost,

    /// <summary>Any that has OpenAI's <c>/v1/completions</c> (vLLM, llama.cpp): texts alone, drawn by its own rules.</summary>
    Openai,
}

/// <summary>Ours, the <c>generation</c> section: who answers where it is not this process.</summary>
internal sealed record GenerationSection
{
    /// <summary>The server's address up to and with <c>/v1</c>; null answers here. Its key is the variable <c>DPOST_API_KEY</c>.</summary>
    public string? Server { get; init; }

    /// <summary>What the server is.</summary>
    public ServerKind Kind { get; init; }

    /// <summary>The model's name there; null is the name of its folder, such as <c>sft-0</c>.</summary>
    public string? Model { get; init; }

    /// <summary>Requests at a time.</summary>
    [Within(1, Limits.Rows)]
    public int Concurrency { get; init; } = 64;
}
