namespace DpoSt.App.Serve;

/// <summary>How many tokens a request took.</summary>
internal sealed record Usage(int PromptTokens, int CompletionTokens)
{
    public int TotalTokens => PromptTokens + CompletionTokens;
}
