using System.Runtime.Intrinsics;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>Inverted dropout whose mask is a pure function of (seed, step, example, site, position, channel): the same after a resume, with
/// accumulation, in any batch and on any number of ranks. The mask is never stored: backward draws it again.</summary>
internal sealed class Dropout
{
    private const int Lanes = 32;                 // 16-bit lanes of 512 bits
    private readonly ulong key;
    private readonly ushort threshold;
    private readonly float scale;

    /// <summary>A step's dropout with probability <paramref name="probability"/>, rounded to 1/65536.</summary>
    public Dropout(double probability, ulong seed, long step)
    {
        threshold = (ushort)Math.Clamp(Math.Round(probability * 65536), 0, 65535);
        scale = (float)(1 / (1 - threshold / 65536.0));
        key = CounterRandom.Bits(seed, (ulong)step);
    }

    /// <summary>Drops numbers of x [N, C], whose row n belongs to <paramref name="rowKeys"/>[n] (example and position).</summary>
    public Tensor Apply(Tensor x, ulong[] rowKeys, int site)
    {
        if (threshold == 0)
        {
            return x.alias();
        }

        var siteKey = CounterRandom.Bits(key, (ulong)site);
        return is_grad_enabled() && x.requires_grad ? Differentiable.apply(x, this, rowKeys, siteKey) : Masked(x, rowKeys, siteKey);
    }

    /// <summary>The key of a row: an example and a position in it.</summary>
    public static ulong RowKey(long example, int position) => CounterRandom.Bits((ulong)example, (ulong)position);

    private Tensor Masked(Tensor x, ulong[] rowKeys, ulong site)
    {
        if (x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16)
        {
            return x.dtype == ScalarType.Float32 ? Masked<Fp32>(x, rowKeys, site) : Masked<Bf16>(x, rowKeys, site);
        }

        using var ones = torch.ones(x.shape);
        using var mask = Masked(ones, rowKeys, site).to(x.dtype).to(x.device);
        return x.mul(mask);
    }

    private Tensor Masked<T>(Tensor x, ulong[] rowKeys, ulong site) where T : struct, IElement
    {
        using var plain = x.contiguous();
        var result = empty_like(plain);
        var rows = rowKeys.Length;
        var width = (int)(x.numel() / rows);
        var (source, target) = (Aten.DataPointer(plain), Aten.DataPointer(result));
        CpuThreads.For(rows, width, (begin, end) =>
        {
            for (var r = begin; r < end; r++)
            {
                Row<T>(source, target, (long)r * width, width, CounterRandom.Bits(rowKeys[r], site));
            }
        });
        return result;
    }

    // Each 32-bit lane hashes its own counter (two multiply-xorshift rounds, "lowbias32" of Wellons 2018) and gives two 16-bit draws.
    private void Row<T>(nint from, nint to, long start, int width, ulong rowKey) where T : struct, IElement
    {
        var low = Vector512.Create((uint)rowKey);
        var high = Vector512.Create((uint)(rowKey >> 32));
        var counter = Vector512<uint>.Indices;
        var limit = Vector512.Create((uint)threshold);
        var factor = Vector512.Create(scale);
        for (var d = 0; d < width; d += Lanes)
        {
            var bits = (counter * 0x9E3779B9u) ^ low;
            bits = (bits ^ (bits >>> 16)) * 0x7FEB352Du + high;
            bits = (bits ^ (bits >>> 15)) * 0x846CA68Bu;
            bits ^= bits >>> 16;
            var first = Vector512.GreaterThanOrEqual(bits & Vector512.Create(0xFFFFu), limit).AsSingle();
            var second = Vector512.GreaterThanOrEqual(bits >>> 16, limit).AsSingle();
            if (d + Lanes <= width)
            {
                T.Store(T.Load(from, start + d) * factor & first, to, start + d);
                T.Store(T.Load(from, start + d + 16) * factor & second, to, start + d + 16);
            }
            else
            {
                for (var i = d; i < width; i++)
                {
                    var keep = i - d < 16 ? first[i - d] : second[i - d - 16];
                    T.Set(BitConverter.SingleToUInt32Bits(keep) != 0 ? T.Get(from, start + i) * scale : 0, to, start + i);
                }
            }

            counter += Vector512.Create(16u);
        }
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(Dropout);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("dropout", vars[1]);
            ctx.save_data("rows", vars[2]);
            ctx.save_data("site", vars[3]);
            return ((Dropout)vars[1]).Masked((Tensor)vars[0], (ulong[])vars[2], (ulong)vars[3]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(4, grad_output, () =>
        {
            using var _ = no_grad();
            var dropout = (Dropout)ctx.get_data("dropout");
            return [dropout.Masked(grad_output, (ulong[])ctx.get_data("rows"), (ulong)ctx.get_data("site")), null!, null!, null!];
        });
    }
}
