using Packetboat.Relay.Doctor;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>The doctor.</summary>
public sealed partial class ControlClient
{
    public Task<DoctorReport> ExamineAsync(ExaminationWish wish, CancellationToken ct) =>
        AskAsync(Verbs.Examine, new OperationRequest { Examination = wish }, Json.DoctorReport, ct);
}
