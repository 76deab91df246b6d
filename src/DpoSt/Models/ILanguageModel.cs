using DpoSt.Models.Decoding;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>A model that gives log-probabilities of completions and decodes step by step, whatever its family.</summary>
internal interface ILanguageModel : IDisposable
{
    /// <summary>The family as config.json's <c>model_type</c> names it.</summary>
    string ModelType { get; }

    /// <summary>Whether prompt and completion are one row.</summary>
    bool IsCausal { get; }

    /// <summary>Rows of the embedding: one more than the largest id it takes.</summary>
    int VocabularySize { get; }

    /// <summary>The type of matrix products, and so of logits.</summary>
    ScalarType ProductType { get; }

    /// <summary>The dropout probability its configuration asks for in training.</summary>
    double DropoutRate { get; }

    /// <summary>Where the parameters come from.</summary>
    IWeights Weights => Parameters;

    /// <summary>The parameters that are trained.</summary>
    ParameterSet Parameters { get; }

    /// <summary>What predicts every completion token, given its prompt and the tokens before it: [M, D], row by row, with M the batch's
    /// scored tokens and D the model's width. Differentiable where gradients are enabled.</summary>
    Tensor CompletionStates(TokenBatch batch, Dropout? dropout);

    /// <summary>States [m, D] give logits [m, V].</summary>
    Tensor Logits(Tensor states);

    /// <summary>A decoder with this many slots for rows of up to <paramref name="maxNewTokens"/> tokens.</summary>
    IStepDecoder NewDecoder(int slots, int maxPromptTokens, int maxNewTokens);
}
