using System.Net;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;

namespace Packetboat.Relay.Operations;

/// <summary>The doctor, called to a running server.</summary>
public sealed partial class LocalOperations
{
    public Task<DoctorReport> ExamineAsync(ExaminationWish wish, CancellationToken ct) =>
        doctor.ExamineAsync(
            "",
            subject =>
                subject with
                {
                    Domain = wish.Domain is { } domain ? Subject.DomainIn(domain) : subject.Domain,
                    Address = IPAddress.TryParse(wish.Address, out IPAddress? address) ? address : null,
                    NameServer =
                        wish.NameServer is { } server && IPEndPoint.TryParse(server, out _)
                            ? ServerAddress.Parse(server)
                            : subject.NameServer,
                },
            ct
        );
}
