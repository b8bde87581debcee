using System.Buffers;

namespace Packetboat.Protocol.Message;

/// <summary>A field besides From that says in whose name a message comes.</summary>
public sealed class SenderField
{
    private readonly ArrayBufferWriter<byte> _body;

    internal SenderField(string name, ArrayBufferWriter<byte> body) => (Name, _body) = (name, body);

    /// <summary>As it was written: one of three, in any case.</summary>
    public string Name { get; }

    /// <summary>What stands behind the colon, folds included.</summary>
    public ReadOnlySpan<byte> Body => _body.WrittenSpan;
}
