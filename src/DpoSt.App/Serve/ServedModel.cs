using DpoSt.Answering;
using DpoSt.Answering.Live;
using DpoSt.Text;

namespace DpoSt.App.Serve;

/// <summary>A model that the server has.</summary>
/// <param name="Name">Its id: the name of its folder.</param>
/// <param name="Calculator">The calculator that helps where a request does not say otherwise.</param>
internal sealed record ServedModel(string Name, LiveModel Live, CalculatorFormat? Calculator)
{
    /// <summary>What makes token ids of conversations.</summary>
    public RowEncoder Encoder { get; } = Live.Bundle.Encoder(TokenLimits.None);

    /// <summary>What makes token ids of texts as they are.</summary>
    public RowEncoder Plain { get; } = Live.Bundle.PlainEncoder;

    /// <summary>What makes texts of tokens.</summary>
    public TokenTexts Texts { get; } = new(Live.Bundle.Tokenizer);
}
