using DpoSt.Models.Checkpoints;

namespace DpoSt.Tests.Models.Checkpoints;

/// <summary>What generation_config.json asks for and dpost does not do is named; what changes nothing is not.</summary>
public sealed class GenerationFieldsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("""{"encoder_repetition_penalty": 1.5}""", "encoder_repetition_penalty 1.5")]
    [InlineData("""{"encoder_repetition_penalty": 1.0, "repetition_penalty": 1}""", null)]
    [InlineData("""{"token_healing": true}""", "token_healing true")]
    [InlineData("""{"token_healing": false, "suppress_tokens": [], "min_p": 0.1}""", null)]
    [InlineData("""{"stop_strings": ["a"]}""", "stop_strings [\"a\"]")]
    [InlineData("""{"decoder_start_token_id": 5}""", "decoder_start_token_id 5")]
    [InlineData("""{"decoder_start_token_id": 3}""", null)]
    public void What_is_asked_for_and_not_done_is_named(string generation, string? named)
    {
        folder.File("generation_config.json", generation);
        folder.File("config.json", """{"decoder_start_token_id": 3, "pad_token_id": 0}""");
        Assert.Equal(named is null ? [] : [named], GenerationFields.LeftOut(folder.Root));
    }

    // Where config.json names no first token, padding is it.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void A_first_token_that_is_config_jsons_padding_is_none_of_its_own(int start, int named)
    {
        folder.File("generation_config.json", $$"""{"decoder_start_token_id": {{start}}}""");
        folder.File("config.json", """{"decoder_start_token_id": null, "pad_token_id": 0}""");
        Assert.Equal(named, GenerationFields.LeftOut(folder.Root).Count);
    }

    public void Dispose() => folder.Dispose();
}
