using System.Security.Cryptography;
using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Signing;

/// <summary>
/// A spool that signs what it accepts: the signature stands among the trace fields in front of the content, which is hashed while it goes by.
/// Mail is signed once, at its acceptance; what receivers of later attempts see is the same.
/// </summary>
public sealed class SigningSpool(ISpool inner, ISigningKeys keys, MailLog log, TimeProvider time) : ISpool
{
    public string? Refusal => inner.Refusal;

    public ISpooledMessage Begin() => keys.AreAny ? new SigningMessage(inner.Begin(), keys, log, time) : inner.Begin();

    private sealed class SigningMessage(ISpooledMessage inner, ISigningKeys keys, MailLog log, TimeProvider time)
        : ISpooledMessage
    {
        private static readonly DkimSigningOptions Options = new();

        private readonly DkimMessage _message = new(Options.BodyForm);

        public string Id => inner.Id;

        public long Size => inner.Size;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            inner.Append(bytes);
            _message.Append(bytes);
        }

        public ValueTask FlushAsync(CancellationToken stopping) => inner.FlushAsync(stopping);

        public Task CommitAsync(SpoolEnvelope envelope, CancellationToken stopping) =>
            inner.CommitAsync(envelope with { Trace = [.. Signatures(envelope.Trace), .. envelope.Trace] }, stopping);

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
            byte[] signatures = [];
            foreach (DkimSigningKey key in keys.For(_message.Header))
                signatures = [.. signatures, .. Signature(key)];
            return signatures;
        }

        /// <summary>Empty where it cannot be: unsigned mail is better than none.</summary>
        private byte[] Signature(DkimSigningKey key)
        {
            string? refusal;
            try
            {
                byte[] field = DkimSigner.Sign(_message, key, Options, time.GetUtcNow(), out refusal);
                if (refusal is null)
                    return field;
            }
            catch (CryptographicException failure)
            {
                refusal = $"the key {key.Selector} of {key.Domain} fails: {failure.Message}";
            }

            log.NotSigned(Id, refusal);
            return [];
        }
    }
}
