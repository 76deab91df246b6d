namespace DpoSt.Answering;

/// <summary>How a file of samples is written.</summary>
internal enum SampleFormat
{
    /// <summary>One JSON object a line: id, sample, seed, question, true answer, text, verdict, token counts.</summary>
    Dpost,

    /// <summary>As the paper's code: one line a sample, [[question, text]], in the order of the data set.</summary>
    Reference,
}
