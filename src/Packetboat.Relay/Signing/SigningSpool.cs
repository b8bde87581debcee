using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Spool;

namespace Packetboat.Relay.Signing;

/// <summary>
/// A spool that signs what it accepts: the signature stands among the trace fields in front of the content, which is hashed while it goes by.
/// Mail is signed once, at its acceptance; what receivers of later attempts see is the same.
/// </summary>
public sealed class SigningSpool(ISpool inner, MessageSigner signer) : ISpool
{
    public string? Refusal => inner.Refusal;

    public ISpooledMessage Begin() => signer.MaySign ? new SigningMessage(inner.Begin(), signer) : inner.Begin();

    private sealed class SigningMessage(ISpooledMessage inner, MessageSigner signer) : ISpooledMessage
    {
        private readonly DkimMessage _message = MessageSigner.Begin();

        public string Id => inner.Id;

        public long Size => inner.Size;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            inner.Append(bytes);
            _message.Append(bytes);
        }

        public ValueTask FlushAsync(CancellationToken stopping) => inner.FlushAsync(stopping);

        public Task CommitAsync(SpoolEnvelope envelope, CancellationToken stopping) =>
            // What a stranger brings to an alias may have any name in From: a signature would make it true.
            inner.CommitAsync(
                envelope.IsOurs ? envelope with { Trace = [.. Signatures(envelope.Trace), .. envelope.Trace] } : envelope,
                stopping
            );

        public ValueTask DisposeAsync()
        {
            _message.Dispose();
            return inner.DisposeAsync();
        }

        private byte[] Signatures(byte[] trace)
        {
            _message.Complete();
            // A Date or Message-ID that was missing is in the trace, and signed like any other.
            _message.PutInFront(trace);
            return signer.Sign(Id, _message);
        }
    }
}
