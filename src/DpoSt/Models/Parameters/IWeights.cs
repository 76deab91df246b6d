using static TorchSharp.torch;

namespace DpoSt.Models.Parameters;

/// <summary>Where a model's parameters come from: trainable buffers, or a checkpoint that is only read.</summary>
internal interface IWeights : IDisposable
{
    /// <summary>Where they are computed with.</summary>
    Device Device { get; }

    /// <summary>The type they are computed in.</summary>
    ScalarType Dtype { get; }

    /// <summary>The type that matrix products are computed in while decoding.</summary>
    ScalarType DecodingProducts { get; }

    /// <summary>A parameter by our name; valid as long as the weights are.</summary>
    Tensor this[string name] { get; }

    /// <summary>The linear map of a parameter [N, K], through which gradients flow where it is trainable.</summary>
    Linear Linear(string name);

    /// <summary>The same for decoding so many rows at a time, as the parameter is now; gradients do not flow.</summary>
    Linear LinearForDecoding(string name, int rows);

    /// <summary>What of them is trained; null where they are only read.</summary>
    ParameterSet? Trained => null;

    /// <summary>The same for who trains them.</summary>
    ParameterSet Trainable => Trained ?? throw new InvalidOperationException("the model was loaded to be read, not to be trained");

    /// <summary>The stream as it leaves the embedding.</summary>
    Tensor Begin(Tensor x) => x;

    /// <summary>A parameter that is used at once and not again before another block is entered, as an embedding is.</summary>
    Tensor Fetch(string name) => this[name];

    /// <summary>The stream as it enters a block; who trains may want to know when, and when the backward pass has left the block.</summary>
    Tensor Enter(string block, Tensor x) => x;
}
